"""The house rules can fail: each fault planted in a small tree is named with its place."""

from pathlib import Path

import pytest

from tests.house import files, floors, languages, money, words
from tests.house.tree import Check, Tree

DOC = '"""A module."""\n'
STUB = {"CHANGELOG.md": "", "README.md": "", "README.zh.md": ""}


def _catalogue(locale: str, message: str, translation: str) -> dict[str, str]:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    entry = f'msgid "{message}"\nmsgstr "{translation}"\n'
    return {f"canteen/locale/{locale}/LC_MESSAGES/messages.po": head + entry}


#: (check, the planted files, what the fault must begin with)
PLANTED: list[tuple[Check, dict[str, str], str]] = [
    # ---------------------------------------------------------------------------------- floors
    (
        floors.imports_go_down,
        {
            "canteen/rules/split.py": DOC + "import canteen.till.ledger\n",
            "canteen/till/ledger.py": DOC,
        },
        "canteen.rules.split:2: imports canteen.till.ledger",
    ),
    (
        floors.imports_go_down,
        {"card_reader/wire.py": DOC + "from canteen import clock\n", "canteen/clock.py": DOC},
        "card_reader.wire:2: imports canteen.clock",
    ),
    (
        floors.imports_go_down,
        {"canteen/app.py": DOC + "from card_reader import wire\n", "card_reader/wire.py": DOC},
        "canteen.app:2: imports card_reader.wire",
    ),
    (
        floors.every_module_stands_on_a_floor,
        {"canteen/attic/old.py": DOC},
        "canteen.attic.old: stands on no floor",
    ),
    (
        floors.floors_are_not_skipped,
        {
            "canteen/web/counter/meals.py": DOC + "from canteen.models.meals import Meal\n",
            "canteen/models/meals.py": DOC,
        },
        "canteen.web.counter.meals:2: imports canteen.models.meals",
    ),
    (
        floors.floors_are_not_skipped,
        {"canteen/services/voids.py": DOC + "import canteen.clock\n", "canteen/clock.py": DOC},
        "canteen.services.voids:2: imports canteen.clock",
    ),
    (
        floors.models_meet_only_in_metadata,
        {
            "canteen/models/meals.py": DOC + "from canteen.models import people\n",
            "canteen/models/people.py": DOC,
        },
        "canteen.models.meals:2: imports canteen.models.people",
    ),
    (
        floors.siblings_do_not_import_each_other,
        {
            "canteen/services/voids.py": DOC + "\nfrom canteen.services.swipes import record\n",
            "canteen/services/swipes.py": DOC,
        },
        "canteen.services.voids:3: imports its sibling canteen.services.swipes",
    ),
    (
        floors.doors_do_not_lead_into_each_other,
        {
            "canteen/web/finance/claims.py": DOC + "from canteen.web.admin import staff\n",
            "canteen/web/admin/staff.py": DOC,
        },
        "canteen.web.finance.claims:2: imports canteen.web.admin.staff",
    ),
    (
        floors.imports_stand_at_the_top_and_in_full,
        {"canteen/app.py": DOC + "def make():\n    import flask\n"},
        "canteen.app:3: import at the top",
    ),
    (
        floors.imports_stand_at_the_top_and_in_full,
        {"canteen/app.py": DOC + "from . import config\n"},
        "canteen.app:2: write imports in full",
    ),
    (
        floors.imports_stand_at_the_top_and_in_full,
        {"canteen/app.py": DOC + "import typing\nif typing.TYPE_CHECKING:\n    import flask\n"},
        "canteen.app:3: TYPE_CHECKING",
    ),
    (
        floors.there_are_no_cycles,
        {
            "canteen/rules/a.py": DOC + "import canteen.rules.b\n",
            "canteen/rules/b.py": DOC + "import canteen.rules.c\n",
            "canteen/rules/c.py": DOC + "import canteen.rules.a\n",
        },
        "canteen.rules.a: imports itself through others",
    ),
    (
        floors.files_and_functions_fit_on_a_page,
        {"canteen/rules/long.py": DOC + "X = 1\n" * 350},
        "canteen.rules.long: 351 lines",
    ),
    (
        floors.files_and_functions_fit_on_a_page,
        {"canteen/rules/long.py": DOC + "def f():\n" + "    x = 1\n" * 70},
        "canteen.rules.long:2: f has 71 lines",
    ),
    (
        floors.modules_have_names_that_mean_something,
        {"canteen/web/utils.py": DOC},
        "canteen.web.utils: name it",
    ),
    (
        floors.modules_say_what_they_are_for,
        {"canteen/rules/silent.py": "X = 1\n"},
        "canteen.rules.silent: open with a docstring",
    ),
    # ----------------------------------------------------------------------------------- money
    (
        money.no_floats_and_no_true_division,
        {"canteen/rules/split.py": DOC + "def half(fen):\n    return fen / 2\n"},
        "canteen.rules.split:3: `/` makes a float",
    ),
    (
        money.no_floats_and_no_true_division,
        {"canteen/services/tariffs.py": DOC + "RATE = 0.5\n"},
        "canteen.services.tariffs:2: 0.5 is a float",
    ),
    (
        money.no_floats_and_no_true_division,
        {"canteen/till/ledger.py": DOC + "def f(x: float): return x\n"},
        "canteen.till.ledger:2: no float",
    ),
    (
        money.only_the_unit_of_work_commits,
        {"canteen/till/ledger.py": DOC + "def post(session):\n    session.commit()\n"},
        "canteen.till.ledger:3: the caller owns the transaction",
    ),
    (
        money.only_the_clock_reads_the_clock,
        {"canteen/services/voids.py": DOC + "import datetime\nX = datetime.datetime.now()\n"},
        "canteen.services.voids:3: take `now` as an argument",
    ),
    (
        money.only_the_clock_reads_the_clock,
        {"card_reader/debounce.py": DOC + "import time\nX = time.time()\n"},
        "card_reader.debounce:3: take `now` as an argument",
    ),
    (
        money.rows_have_one_maker,
        {"canteen/services/voids.py": DOC + "X = LedgerEntry(fen=5)\n"},
        "canteen.services.voids:2: only canteen.till.ledger makes a LedgerEntry",
    ),
    (
        money.rows_have_one_maker,
        {"canteen/services/voids.py": DOC + "X = insert(models.LedgerEntry)\n"},
        "canteen.services.voids:2: only canteen.till.ledger makes a LedgerEntry",
    ),
    (
        money.rows_have_one_maker,
        {"canteen/till/meals.py": DOC + "X = 'INSERT INTO audit_lines VALUES (1)'\n"},
        "canteen.till.meals:2: only canteen.trail.audit makes a AuditLine",
    ),
    (
        money.floors_import_only_their_own_packages,
        {"card_reader/protocols/rdm6300.py": DOC + "import serial\n"},
        "card_reader.protocols.rdm6300:2: imports serial",
    ),
    (
        money.floors_import_only_their_own_packages,
        {"canteen/services/voids.py": DOC + "from flask import request\n"},
        "canteen.services.voids:2: imports flask",
    ),
    # ----------------------------------------------------------------------------------- words
    (
        words.class_names_use_our_words,
        {"canteen/services/pay.py": DOC + "class WalletRefund:\n    x = 1\n"},
        "canteen.services.pay:2: class WalletRefund: wallet",
    ),
    (
        words.tables_and_columns_use_our_words,
        {"canteen/models/pay.py": DOC + "class A:\n    __tablename__ = 'transactions'\n"},
        "canteen.models.pay:3: transactions: transaction",
    ),
    (
        words.tables_and_columns_use_our_words,
        {"canteen/models/pay.py": DOC + "class A:\n    user_id: int = column(Id)\n"},
        "canteen.models.pay:3: user_id: user",
    ),
    (
        words.amounts_say_their_unit,
        {"canteen/models/pay.py": DOC + "class A:\n    price: int = mapped_column(Fen)\n"},
        "canteen.models.pay:3: price is money",
    ),
    (
        words.addresses_use_our_words,
        {
            "canteen/web/counter/pay.py": DOC
            + "@door.post('/meals/<id>/refund')\ndef f(): return 1\n"
        },
        "canteen.web.counter.pay:2: /meals/<id>/refund",
    ),
    (
        words.errors_speak_both_languages_and_are_tested,
        {"canteen/till/a.py": DOC + "raise Refused('no_such', 'nein', 'no')\n"},
        "canteen.till.a:2: error 'no_such': says nothing in Chinese",
    ),
    (
        words.errors_speak_both_languages_and_are_tested,
        {
            "canteen/till/a.py": DOC + "raise Refused('no_such', '没有', 'none')\n",
            "tests/till/test_a.py": "CODE = 'another_code'\n",
        },
        "canteen.till.a:2: error 'no_such': appears in no test",
    ),
    # ------------------------------------------------------------------------------- languages
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
    # ----------------------------------------------------------------------------------- files
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


def _plant(root: Path, contents: dict[str, str]) -> Tree:
    for name, text in (STUB | contents).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree(root)


@pytest.mark.parametrize(
    ("check", "contents", "begins"),
    PLANTED,
    ids=[f"{check.__name__}-{number}" for number, (check, _, _) in enumerate(PLANTED)],
)
def test_a_planted_fault_is_named_with_its_place(
    check: Check, contents: dict[str, str], begins: str, tmp_path: Path
):
    faults = list(check(_plant(tmp_path, contents)))

    assert any(fault.startswith(begins) for fault in faults), faults


def test_every_check_is_seen_to_fail():
    books = (floors, money, words, languages, files)
    checks = {check for book in books for check in book.CHECKS}

    assert {check for check, _, _ in PLANTED} == checks
