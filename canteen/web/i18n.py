"""Which language a page speaks: the person's choice (cookie, profile), the browser, CANTEEN_LOCALE."""

from collections.abc import Callable

from babel.support import Translations
from flask import Flask, current_app, g, request
from flask_babel import Babel, format_datetime

from canteen.web.here import asked_address
from canteen.web.house import house

EXTENSION = "canteen.catalogues"
COOKIE = "canteen_locale"
COOKIE_SECONDS = 400 * 86_400
LOCALES = ("zh_CN", "en")
HTML_LANGUAGE = {"zh_CN": "zh-CN", "en": "en"}


def install(app: Flask, locale: str, timezone: str, folder: str) -> None:
    """Give `app` its catalogues and the choice of language."""
    app.config["BABEL_DEFAULT_LOCALE"] = locale
    app.config["BABEL_DEFAULT_TIMEZONE"] = timezone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = folder
    Babel(app, locale_selector=choose_locale)
    # Flask-Babel looks for our zh_CN under the name zh_Hans_CN, and reads the file at each request.
    app.extensions[EXTENSION] = {name: Translations.load(folder, [name]) for name in LOCALES}
    app.jinja_env.install_gettext_callables(gettext=gettext, ngettext=ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.context_processor(_for_templates)
    app.jinja_env.filters["datetimeformat"] = lambda at: format_datetime(at, "yyyy-MM-dd HH:mm")


def gettext(sentence: str) -> str:
    """`sentence` in the language of the request."""
    told: str = current_app.extensions[EXTENSION][choose_locale()].gettext(sentence)
    return told


def ngettext(one: str, several: str, count: int) -> str:
    """`one` or `several` in the language of the request."""
    told: str = current_app.extensions[EXTENSION][choose_locale()].ngettext(one, several, count)
    return told


def choose_locale() -> str:
    """ "zh_CN" or "en" for the request at hand."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LOCALES:
        return chosen
    signed_in = g.get("signed_in")
    if signed_in is not None and signed_in.locale in LOCALES:
        profile: str = signed_in.locale
        return profile
    for tag in request.accept_languages.values():
        if tag.lower().startswith("zh"):
            return "zh_CN"
        if tag.lower().startswith("en"):
            return "en"
    return house().locale


def pick(zh: str, en: str) -> str:
    """The sentence in the language of the request."""
    return zh if choose_locale() == "zh_CN" else en


def _for_templates() -> dict[str, str | Callable[..., str]]:
    locale = choose_locale()
    return {
        "locale": locale,
        "html_language": HTML_LANGUAGE[locale],
        "other_locale": "en" if locale == "zh_CN" else "zh_CN",
        "pick": pick,
        "asked_address": asked_address,
    }
