"""How money, days and mealtimes are written on pages, as filters of every template.

{{ 1260 | yuan }} is ¥12.60, {{ 1260 | fen }} is 12.60 (for dense columns), {{ day | daytext }} is
3 月 18 日 星期三 or Wed 18 March, {{ "lunch" | mealtime }} is 午餐 or Lunch.
"""

from datetime import date, datetime

from flask import Flask

from canteen.rules.days import local_date
from canteen.rules.money import yuan_apart
from canteen.rules.outcomes import MEALTIMES
from canteen.web.i18n import choose_locale, pick

WEEKDAYS = (
    ("星期一", "Monday"),
    ("星期二", "Tuesday"),
    ("星期三", "Wednesday"),
    ("星期四", "Thursday"),
    ("星期五", "Friday"),
    ("星期六", "Saturday"),
    ("星期日", "Sunday"),
)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MINUS = "\u2212"


def install(app: Flask) -> None:
    """Give the templates of `app` the filters."""
    app.jinja_env.filters.update(
        yuan=yuan, fen=fen, daytext=daytext, weekday=weekday, mealtime=mealtime, localday=localday
    )


def fen(amount_fen: int) -> str:
    """Two decimals, thousands apart, no sign of currency: 1,260,000 fen is 12,600.00."""
    return f"{MINUS if amount_fen < 0 else ''}{yuan_apart(abs(amount_fen))}"


def yuan(amount_fen: int) -> str:
    """With the sign of currency, the minus before it: −¥7.00."""
    text = fen(amount_fen)
    return f"{MINUS}¥{text[1:]}" if amount_fen < 0 else f"¥{text}"


def percent(part: int, whole: int) -> str:
    """With one decimal, half up: 2 of 3 is 66.7%, −1 of 3 is −33.3%; of nothing a dash."""
    if not whole:
        return "–"
    tenths = (2000 * abs(part) + abs(whole)) // (2 * abs(whole))
    sign = MINUS if (part < 0) != (whole < 0) and tenths else ""
    return f"{sign}{tenths // 10}.{tenths % 10}%"


def weekday(day: date | int) -> str:
    """The name of a day's weekday, or of an ISO weekday 1 to 7."""
    return pick(*WEEKDAYS[day - 1 if isinstance(day, int) else day.weekday()])


def daytext(day: date) -> str:
    """A day in words with its weekday."""
    if choose_locale() == "zh_CN":
        return f"{day.month} 月 {day.day} 日 {weekday(day)}"
    return f"{weekday(day)} {day.day} {MONTHS[day.month - 1]}"


def localday(instant: datetime) -> str:
    """The day of an instant on the wall calendar: 2026-03-18."""
    return local_date(instant).isoformat()


def mealtime(code: str) -> str:
    """A mealtime's name."""
    return pick(*MEALTIMES[code])
