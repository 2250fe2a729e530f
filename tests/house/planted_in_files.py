"""Faults that each check of languages and of files is shown."""

from tests.house import files, languages
from tests.house.planting import DOC, Planted


def _catalogue(locale: str, message: str, translation: str) -> dict[str, str]:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    entry = f'msgid "{message}"\nmsgstr "{translation}"\n'
    return {f"canteen/locale/{locale}/LC_MESSAGES/messages.po": head + entry}


IN_FILES: list[Planted] = [
    # -------------------------------------------------------------------------------- languages
    (
        languages.catalogues_are_complete,
        {"canteen/web/templates/a.html": "{{ _('Sign in') }}"}
        | _catalogue("zh_CN", "Sign out", "退出"),
        "canteen/locale/zh_CN/LC_MESSAGES/messages.po: 'Sign in' is missing",
    ),
    (
        languages.catalogues_are_complete,
        {"canteen/web/templates/a.html": "{{ _('Sign in') }}"} | _catalogue("zh_CN", "Sign in", ""),
        "canteen/locale/zh_CN/LC_MESSAGES/messages.po: 'Sign in' has no translation",
    ),
    (
        languages.catalogues_are_complete,
        {"canteen/web/templates/a.html": "{{ _('%(n)s left') }}"}
        | _catalogue("zh_CN", "%(n)s left", "还有"),
        "canteen/locale/zh_CN/LC_MESSAGES/messages.po: '%(n)s left' and its translation",
    ),
    (
        languages.compiled_catalogues_are_fresh,
        _catalogue("zh_CN", "Sign in", "登录"),
        "canteen/locale/zh_CN/LC_MESSAGES/messages.mo: not of its .po file",
    ),
    (
        languages.scripts_speak_both_languages,
        {
            "canteen/web/static/words-zh.js": 'export const ZH = { ready: "请刷卡", left: "还有 {n}" };\n',
            "canteen/web/static/words-en.js": 'export const EN = { left: "left" };\n',
        },
        "canteen/web/static/words-zh.js: ready stands in one language only",
    ),
    (
        languages.scripts_speak_both_languages,
        {
            "canteen/web/static/words-zh.js": 'export const ZH = { left: "还有 {n}" };\n',
            "canteen/web/static/words-en.js": 'export const EN = { left: "left" };\n',
        },
        "canteen/web/static/words-zh.js: left holds other facts",
    ),
    # ------------------------------------------------------------------------------------ files
    (
        files.nothing_is_left_unfinished,
        {"canteen/app.py": DOC + "# TO" + "DO later\n"},
        "canteen/app.py:2: finish it",
    ),
    (
        files.nothing_is_left_unfinished,
        {"canteen/app.py": DOC + "def f():\n    raise NotImplementedError\n"},
        "canteen.app:3: a promise",
    ),
    (
        files.no_function_is_empty,
        {"canteen/app.py": DOC + "def f():\n    '''Will do.'''\n    pass\n"},
        "canteen.app:2: f does nothing",
    ),
    (
        files.faults_are_not_swallowed,
        {"canteen/app.py": DOC + "try:\n    f()\nexcept Exception:\n    pass\n"},
        "canteen.app:4: swallows every fault",
    ),
    (
        files.faults_are_not_swallowed,
        {"canteen/app.py": DOC + "with contextlib.suppress(Exception):\n    f()\n"},
        "canteen.app:2: swallows every fault",
    ),
    (
        files.nothing_is_of_one_machine,
        {"requirements/run.txt": "--index" + "-url https://a.example/simple\n"},
        "requirements/run.txt:1: names a package index",
    ),
    (
        files.nothing_is_of_one_machine,
        {"README.md": "see /wo" + "rk/main\n"},
        "README.md:1: a path of one machine",
    ),
    (
        files.pages_fetch_nothing_from_outside,
        {"canteen/web/static/a.js": "fetch('https://cdn.example.com/x')\n"},
        "canteen/web/static/a.js:1: an address outside",
    ),
    (
        files.pages_fetch_nothing_from_outside,
        {"canteen/web/templates/a.html": "<p onclick='f()'>a</p>\n"},
        "canteen/web/templates/a.html: an inline handler",
    ),
    (
        files.each_change_says_for_whom_and_what_was_before,
        {"CHANGELOG.md": "## 1\n\n- made it faster\n"},
        "CHANGELOG.md: '- made it faster'",
    ),
    (
        files.files_of_tests_hold_only_tests,
        {"tests/till/test_a.py": "def tset_money(): assert True\n"},
        "tests/till/test_a.py:1: tset_money is no test",
    ),
    (
        files.no_test_is_skipped,
        {"tests/till/test_a.py": "import pytest\npytest.skip('no server')\n"},
        "tests/till/test_a.py:2: a missing part fails",
    ),
    (
        files.migrations_have_one_head,
        {
            "migrations/HEAD": "0002\n",
            "migrations/versions/0001_a.py": "revision = '0001'\ndown_revision = None\n",
            "migrations/versions/0002_b.py": "revision = '0002'\ndown_revision = '0001'\n",
            "migrations/versions/0003_c.py": "revision = '0003'\ndown_revision = '0001'\n",
        },
        "migrations: 2 heads (0002, 0003)",
    ),
    (
        files.migrations_have_one_head,
        {
            "migrations/HEAD": "0001\n",
            "migrations/versions/0001_a.py": "revision = '0001'\ndown_revision = None\n",
            "migrations/versions/0002_b.py": "revision = '0002'\ndown_revision = '0001'\n",
        },
        "migrations/HEAD: must say 0002",
    ),
    (
        files.settings_are_explained,
        {"canteen/config.py": DOC + "X = 'CANTEEN_COLOUR'\n"},
        "README.md: CANTEEN_COLOUR has no line",
    ),
]
