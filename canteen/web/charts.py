"""Charts as plain numbers of a drawing: what `charts.html` turns into SVG, and nothing else.

Pure and in whole units: no clock, no database, no colour (classes of app.css give them). Each mark
carries its own label, so that a chart reads without colour, and stands beside the table of its figures.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

WIDTH = 640
LEFT, RIGHT, TOP, FOOT = 64, 8, 26, 30
COLUMN_HEIGHT, COLUMN_WIDTH_MAX = 230, 56
BAR_ROW, BAR_HEIGHT = 48, 16
#: grid lines stand at these digits and ten times, a hundred times … as much
STEPS = (1, 2, 5)
GRID_LINES = 4
NAME_LENGTH_MAX = 34
#: beside a lying bar stands its value, in the type of app.css
VALUE_GAP, VALUE_CHARACTER = 14, 9

#: how a value of the scale is written
Labels = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A grid line, and what it says."""

    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure of a chart: `whole` is the outline around `part`; x, y, width and height of both."""

    label: str
    value: str
    whole: tuple[int, int, int, int]
    part: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing; `against` is where the dashed line of the peers stands, where there is one."""

    height: int
    lines: Sequence[Line]
    marks: Sequence[Mark]
    against: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What is drawn: `part` of `whole`, under a label, with the value as people write it."""

    label: str
    value: str
    whole: int
    part: int


def find_scale(values: Iterable[int]) -> tuple[int, int]:
    """The distance of the grid lines and the topmost: at most `GRID_LINES` above zero hold the largest."""
    most, tens = max(values, default=0), 1
    while most > STEPS[-1] * tens * GRID_LINES:
        tens *= 10
    step = next(step * tens for step in STEPS if most <= step * tens * GRID_LINES)
    return step, max(step, -(-most // step) * step)


def draw_columns(figures: Sequence[Figure], labels: Labels) -> Chart:
    """Upright: the whole as an outlined column, the part as a narrower solid one within it."""
    step, top = find_scale(max(one.whole, one.part) for one in figures)
    bottom = COLUMN_HEIGHT - FOOT
    width = (WIDTH - LEFT - RIGHT) // max(len(figures), 1)

    def up(value: int) -> int:
        return max(value, 0) * (bottom - TOP) // top

    marks = []
    for index, one in enumerate(figures):
        x = LEFT + index * width
        outer = min(width * 7 // 10, COLUMN_WIDTH_MAX)
        inner = outer * 3 // 7
        marks.append(
            Mark(
                one.label,
                one.value,
                (x + (width - outer) // 2, bottom - up(one.whole), outer, up(one.whole)),
                (x + (width - inner) // 2, bottom - up(one.part), inner, up(one.part)),
            )
        )
    lines = [Line(bottom - up(value), labels(value)) for value in range(0, top + 1, step)]
    return Chart(COLUMN_HEIGHT, lines, marks)


def draw_bars(figures: Sequence[Figure], labels: Labels, against: int | None = None) -> Chart:
    """Lying: a row each, its label above, the part solid within the outline of the whole."""
    step, top = find_scale(max(one.whole, one.part, against or 0) for one in figures)
    longest = max((len(one.value) for one in figures), default=0)
    wide = WIDTH - 2 * RIGHT - max(LEFT, VALUE_GAP + longest * VALUE_CHARACTER)

    def along(value: int) -> int:
        return max(value, 0) * wide // top

    marks = []
    for index, one in enumerate(figures):
        y = index * BAR_ROW + TOP
        marks.append(
            Mark(
                _shortened(one.label),
                one.value,
                (RIGHT, y, along(one.whole), BAR_HEIGHT),
                (RIGHT, y, along(one.part), BAR_HEIGHT),
            )
        )
    lines = [Line(RIGHT + along(value), labels(value)) for value in range(0, top + 1, step)]
    height = len(figures) * BAR_ROW + FOOT
    return Chart(height, lines, marks, None if against is None else RIGHT + along(against))


def _shortened(name: str) -> str:
    return name if len(name) <= NAME_LENGTH_MAX else f"{name[: NAME_LENGTH_MAX - 1]}…"
