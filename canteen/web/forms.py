"""A page's form: each field is read once, strictly, and a fault is told beside the field it is in.

    form = Form(request.form)
    name, born = form.text("name", most=60), form.day("born", is_needed=False)
    if not form.faults:
        with form.refusals():          # what the use case refuses is told on the page as well
            database().run(...)
            return redirect(..., 303)
    return render_template("…", form=form), 422

What was typed is drawn again as it was typed. The macros `field` and `faults` of `forms.html` draw it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, time

from canteen.rules.errors import Busy, CanteenError
from canteen.rules.money import YUAN_MAX, parse_yuan
from canteen.web.fields import NOT_IN_TEXT
from canteen.web.i18n import pick

TEXT_LENGTH_MAX = 200
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
#: from the birth of the oldest; a field of the browser makes 0026 of a year typed as 26
YEARS = range(1900, 2200)
CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d", re.ASCII)
WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
#: what a fault of the whole form, not of one field, is kept under
WHOLE_FORM = ""


def read_day(text: str) -> date | None:
    """A calendar day written 2026-11-25; None when it is none, or none of our time (0026-11-25)."""
    found = DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


class Form:
    """What was typed, and the faults found so far: {field: sentence in the person's language}."""

    def __init__(self, typed: Mapping[str, str] | None = None) -> None:
        self.typed: Mapping[str, str] = typed if typed is not None else {}
        self.faults: dict[str, str] = {}
        #: the fields that were read, which are those that the page draws
        self.read: set[str] = set()

    def fault(self, field: str, zh: str, en: str) -> None:
        """Tell a fault; the first of a field stays."""
        self.faults.setdefault(field, pick(zh, en))

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn what a use case refuses into a fault: of the field its facts name, if this form has it, else
        of the form, because a fault beside a field that is not there would never be seen."""
        try:
            yield
        except Busy:
            raise
        except CanteenError as error:
            field = error.facts.get("field")
            self.fault(str(field) if field in self.read else WHOLE_FORM, error.zh, error.en)

    def as_typed(self, field: str) -> str:
        """What stands in the field, blanks at its ends taken off; "" when it is not there."""
        self.read.add(field)
        return self.typed.get(field, "").strip()

    def text(self, field: str, *, most: int = TEXT_LENGTH_MAX, is_needed: bool = True) -> str:
        """One line of text, blanks at its ends taken off; "" when it is not needed and not there."""
        typed = self.as_typed(field)
        if not typed and is_needed:
            self.fault(field, "请填写", "Please fill this in")
        if len(typed) > most:
            self.fault(field, f"最多 {most} 个字", f"At most {most} characters")
        if NOT_IN_TEXT.search(typed):
            self.fault(field, "有不能用的字符", "It holds characters that cannot be kept")
        return typed

    def choice(self, field: str, allowed: Collection[str], *, is_needed: bool = True) -> str:
        """One of a few words; "" when it is not needed and not there."""
        typed = self.as_typed(field)
        if typed in allowed:
            return typed
        if typed or is_needed:
            self.fault(field, "请选一项", "Choose one of these")
        return ""

    def day(self, field: str, *, is_needed: bool = True) -> date | None:
        """A calendar day written 2026-11-25."""
        typed = self.as_typed(field)
        if not typed:
            if is_needed:
                self.fault(field, "请填日期", "Please fill in the day")
            return None
        day = read_day(typed)
        if day is None:
            self.fault(
                field, "没有这一天，请写成 2026-11-25", "No such day; write it like 2026-11-25"
            )
        return day

    def clock(self, field: str, *, is_needed: bool = True) -> time | None:
        """A time of the day written 11:45."""
        typed = self.as_typed(field).replace("：", ":")
        if not typed and not is_needed:
            return None
        if not CLOCK.fullmatch(typed):
            self.fault(field, "时间请写成 11:45", "Write the time like 11:45")
            return None
        return time.fromisoformat(typed.zfill(5))

    def whole(
        self, field: str, *, least: int = 0, most: int = 999_999, is_needed: bool = True
    ) -> int | None:
        """A whole number between `least` and `most`."""
        typed = self.as_typed(field)
        if not typed and not is_needed:
            return None
        if not WHOLE.fullmatch(typed) or not least <= int(typed) <= most:
            self.fault(
                field,
                f"请写 {least} 到 {most} 的整数",
                f"Write a whole number from {least} to {most}",
            )
            return None
        return int(typed)

    def yuan(self, field: str, *, is_needed: bool = True, most: int = YUAN_MAX) -> int | None:
        """Yuan as people type them, in whole fen: "2.30" is 230."""
        typed = self.as_typed(field)
        if not typed and not is_needed:
            return None
        try:
            return parse_yuan(typed, most)
        except CanteenError as error:
            self.fault(field, error.zh, error.en)
            return None

    def yes(self, field: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.as_typed(field))
