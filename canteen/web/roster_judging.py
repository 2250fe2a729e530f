"""A sent roster judged for a page: read again from its sealed bytes, mended as far as a person has.

Nothing of it is kept between two requests: the file holds ID numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from canteen import clock
from canteen.files.rosters import read_roster
from canteen.rules.days import local_date
from canteen.rules.errors import Conflict, Invalid
from canteen.rules.grid import Grid, GridRow
from canteen.rules.roster_file import RosterFile, judge_file
from canteen.rules.roster_fixes import DECISIONS, Fixes, Mending, mending_of
from canteen.rules.roster_plan import RosterItem
from canteen.rules.roster_register import Reach
from canteen.rules.roster_text import cell_text
from canteen.rules.roster_values import Finding, mask
from canteen.services import roster_files, roster_import
from canteen.services.roster_files import RosterSent
from canteen.services.roster_import import RosterPlan
from canteen.web.house import database

#: a page reads the whole file at each step; larger rosters come by the command
PAGE_ROWS_MAX = 20_000
STOPPED = ("refuse", "hold")


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of the table: one thing that stops a row, and how it can be mended."""

    item: RosterItem
    finding: Finding
    mending: Mending
    #: what the file says, or what was typed instead; masked
    said: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The roster, its sheet, and what would become of each row today."""

    sent: RosterSent
    grid: Grid
    file: RosterFile
    plan: RosterPlan

    @property
    def stopped(self) -> list[RosterItem]:
        """The rows that cannot go in as they are: those that are wrong first."""
        items = [item for item in self.plan.items if item.action in STOPPED]
        return sorted(items, key=lambda item: STOPPED.index(item.action))

    @property
    def good(self) -> int:
        """How many rows would be written."""
        return self.plan.counts["add"] + self.plan.counts["change"]

    def problems(self, most: int) -> list[Problem]:
        """What stops the first `most` of these rows."""
        rows = {row.number: row for row in self.grid.rows}
        return [
            Problem(item, finding, mending_of(finding), self._say(rows[item.row], finding))
            for item in self.stopped[:most]
            for finding in item.findings
            if finding.weight in STOPPED
        ]

    def _say(self, row: GridRow, finding: Finding) -> str:
        place = self.file.header.places.get(finding.field)
        cell = None if place is None else row.cell(place)
        typed = self.sent.fixes.typed.get(row.number, {})
        return finding.said or mask(finding.field, typed.get(finding.field, cell_text(cell)))


def read_sent(data: bytes, chosen: Mapping[str, str], fixes: Fixes) -> tuple[Grid, RosterFile]:
    """The sheet and its rows judged by themselves; Invalid when it cannot be read."""
    grid = read_roster(data)
    if len(grid.rows) > PAGE_ROWS_MAX:
        raise Invalid(
            "roster_large",
            f"名册有 {len(grid.rows)} 行，页面最多 {PAGE_ROWS_MAX} 行；请用命令 canteen roster import",
            f"{len(grid.rows)} rows are more than the {PAGE_ROWS_MAX} of a page; use the command"
            " canteen roster import",
        )

    def judge(skipped: frozenset[int]) -> RosterFile:
        return judge_file(
            grid,
            today=local_date(clock.instant()),
            chosen=chosen,
            fixes=fixes.typed,
            confirmed=fixes.confirmed,
            skipped=skipped,
        )

    try:
        file = judge(fixes.skipped)
    except Invalid as error:
        if error.code != "roster_empty" or not fixes.skipped:
            raise
        file = replace(judge(frozenset()), rows=())  # a person has left out every row
    return grid, file


def judge_sent(file_id: int) -> Judged:
    """The roster against the register as it is now; Conflict when it is done."""
    sent = database().read(roster_files.load_roster, file_id=file_id)
    if sent.data is None:
        raise Conflict("roster_done", "这份名册已经办完", "This roster is done")
    grid, file = read_sent(sent.data, sent.chosen, sent.fixes)
    plan = database().read(
        roster_import.judge_roster,
        roster=file,
        reach=Reach(sent.areas, sent.area_code),
        confirmed=sent.fixes.confirmed,
        now=clock.instant(),
    )
    return Judged(sent, grid, file, plan)


def is_decision(code: str) -> bool:
    """May a person settle this hold by her word?"""
    return code in DECISIONS
