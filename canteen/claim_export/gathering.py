"""Reading claims for an export: all in one snapshot, each row once, onto the sheets where it belongs."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from canteen.claim_export.layout import ALL, SHEETS, WORDS, Entry, Place, SheetRows, sheet_of
from canteen.rules.claim_rows import ClaimRow
from canteen.rules.claim_tables import ClaimSum, gather_claim
from canteen.services import claim_contents
from canteen.services.claim_contents import ClaimHead
from reports.row_file import RowFile
from reports.sheets import Column, Kind
from reports.texts import printable

#: of the texts behind the hashes, what goes into one cell
CELL_CHARACTERS = 30_000
#: rows between two looks at whether the export is still wanted
ROWS_A_BEAT = 2_000
ALL_ROWS = "全部"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What one look at the books gave."""

    heading: str
    heads: Sequence[ClaimHead]
    payers: Sequence[str]
    #: when that look was
    read_at: datetime
    zone: tzinfo
    sheets: Mapping[str, SheetRows]
    #: the texts behind the hashes
    texts: RowFile
    by_claim: Mapping[str, ClaimSum]
    by_tier: Sequence[ClaimSum]
    by_elder: Sequence[ClaimSum]
    #: register number → ID number
    id_numbers: Mapping[str, str]

    #: lets the rows go
    close: Callable[[], None]

    @property
    def as_of(self) -> datetime:
        """Up to when the data goes (数据截止时间), in local time: nothing of a claim changes once it is
        drawn, or sent; the youngest of several."""
        drawn = max(head.submitted_at or head.drawn_at for head in self.heads)
        return drawn.astimezone(self.zone)

    @property
    def payer_columns(self) -> tuple[Column, ...]:
        """A column for each payer."""
        return tuple(Column(payer, Kind.MONEY) for payer in self.payers)

    def spread(self, shares: Mapping[str, int]) -> tuple[int, ...]:
        """What stands in them of these shares."""
        return tuple(shares.get(payer, 0) for payer in self.payers)


def gather(
    session: Session,
    *,
    claim_ids: Sequence[int],
    heading: str,
    form: str,
    zone: tzinfo,
    beat: Callable[[int], None],
    now: datetime,
) -> Gathered:
    """Read these claims for a file of `form`; `beat` is told how many rows are read."""
    heads = claim_contents.load_heads(session, claim_ids=claim_ids)
    payers = list(dict.fromkeys(payer for head in heads for payer in head.payers))
    with ExitStack() as opened:
        sheets = {
            name: SheetRows(places, payers, kind, opened.enter_context(closing(RowFile())), zone)
            for name, (places, kind) in list_sheets(form).items()
        }
        texts = opened.enter_context(closing(RowFile()))
        reading = _Reading(session, sheets, beat)
        by_tier, by_elder = gather_claim(reading.rows(heads), "tier", "elder")
        for head in heads:
            asked = reading.by_claim[head.number].asked_fen
            if asked != head.totals.total_fen:
                raise ValueError(f"{head.number}: its rows add up to {asked}, not to its total")
        if form == "xlsx":
            texts.add(["代码", None, None, None, None, 1, list_codes(payers, zone)])
            for head in heads:
                _add_texts(texts, session, head, reading.first_on[head.number])
        return Gathered(
            heading=heading,
            heads=heads,
            payers=payers,
            read_at=now,
            zone=zone,
            sheets=sheets,
            texts=texts,
            by_claim=reading.by_claim,
            by_tier=by_tier,
            by_elder=by_elder,
            id_numbers=reading.id_numbers,
            close=opened.pop_all().close,
        )


def list_sheets(form: str) -> Mapping[str, tuple[tuple[Place, ...], str]]:
    """The sheets of a file of that form, each with its columns and the kind of its rows."""
    if form == "xlsx":
        return SHEETS
    return {} if form == "pdf" else {ALL_ROWS: (ALL, "")}


class _Reading:
    """The rows on their way: put on their sheets, counted, handed on to be added up."""

    def __init__(
        self, session: Session, sheets: Mapping[str, SheetRows], beat: Callable[[int], None]
    ) -> None:
        self._session, self._sheets, self._beat = session, sheets, beat
        self.by_claim: dict[str, ClaimSum] = {}
        self.first_on: dict[str, date] = {}
        self.id_numbers: dict[str, str] = {}
        self._count = 0

    def rows(self, heads: Iterable[ClaimHead]) -> Iterator[ClaimRow]:
        for head in heads:
            total = self.by_claim[head.number] = ClaimSum(head.number)
            told = claim_contents.explain_grants(self._session, claim_id=head.id)
            first = head.first_on
            rows = claim_contents.iterate_rows(self._session, claim_id=head.id)
            for row, id_number in rows:
                first = min(first, row.booked_on)
                total.add(row)
                if row.elder is not None and id_number is not None:
                    self.id_numbers[row.elder] = id_number
                sheet = self._sheets.get(sheet_of(row)) or self._sheets.get(ALL_ROWS)
                if sheet is not None:
                    grant = told.get(row.item)
                    sheet.add(Entry(head.number, row, id_number, grant and explain(grant)))
                yield row
                self._count += 1
                if self._count % ROWS_A_BEAT == 0:
                    self._beat(self._count)
            self.first_on[head.number] = first


def explain(text: str) -> str:
    """How a grant was reckoned, in words: the average with what it is made of, and the tier."""
    told = json.loads(text)
    words = f"{told['from']} 至 {told['to']}"
    if "average" not in told:
        return words
    tier = "未达档" if told["tier"] is None else f"达 {told['tier']} 人次档"
    meals, days = told["meals"], told["open_days"]
    return f"{words}：{meals} 人次 ÷ {days} 天 = 日均 {told['average']}，{tier}"


def list_codes(payers: Sequence[str], zone: tzinfo) -> str:
    """What the words of the columns mean, for who reckons the hashes again."""
    words = {of: {word: code for code, word in table.items()} for of, table in WORDS.items()}
    told = {"payers": list(payers), "words": words, "zone": str(zone)}
    return json.dumps(told, ensure_ascii=False)


def _add_texts(texts: RowFile, session: Session, head: ClaimHead, first: date) -> None:
    """The text behind a claim's hash, and those behind the day sheets from `first` on."""
    add_text(texts, "申报", head.number, None, head.version, head.sha256, head.text)
    for sheet in claim_contents.iterate_sheets(session, head=head, first=first):
        day = sheet.day.isoformat()
        add_text(texts, "日报", sheet.canteen, day, sheet.version, sheet.sha256, sheet.text)


def add_text(texts: RowFile, kind: str, *head: str | int | None) -> None:
    """A text behind a hash, in as many cells as it needs: number, day, version, hash, and itself."""
    *facts, text = head
    assert isinstance(text, str)
    if printable(text) != text:  # what no cell can hold is written as JSON writes it
        text = json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    for part, start in enumerate(range(0, len(text), CELL_CHARACTERS), 1):
        texts.add([kind, *facts, part, text[start : start + CELL_CHARACTERS]])
