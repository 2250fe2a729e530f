"""An elder's statement of account on paper: one book for the secretary's desk and the family's phone.

Its name and its columns carry no ID number.
"""

from datetime import date

from canteen import clock
from canteen.services.elder_account import AccountLine, Statement
from canteen.web import register_words
from canteen.web.figures import yuan
from canteen.web.i18n import pick
from reports.sheets import Book, Column, Kind, Sheet, Table


def statement_book(
    who: str, statement: Statement, first: date, last: date, *, has_balance: bool = True
) -> Book:
    """The lines from the first to the last day; without the balances where they are not shown."""
    money = Kind.MONEY
    columns = [
        Column(pick("时间", "When"), Kind.INSTANT),
        Column(pick("事项", "What")),
        Column(pick("地点", "Where")),
        Column(pick("收据号", "Receipt number"), Kind.ID),
        Column(pick("餐价", "Price"), money),
        Column(pick("他人付", "Others pay"), money),
        Column(pick("账户变动", "Purse"), money),
    ]
    head = [who, f"{first} – {last}"]
    if has_balance:
        columns.append(Column(pick("余额", "Balance"), money))
        opening, closing = yuan(statement.opening_fen), yuan(statement.closing_fen)
        head.append(
            pick(f"期初 {opening}，期末 {closing}", f"Opening {opening}, closing {closing}")
        )
    rows = tuple(
        (
            line.at,
            line_words(line),
            line.where,
            line.receipt,
            line.price_fen,
            line.subsidy_fen,
            line.change_fen,
            *((line.balance_fen,) if has_balance else ()),
        )
        for line in statement.lines
    )
    title = pick("储值账户对账单", "Statement of account")
    sheet = Sheet(title=title, head=tuple(head), table=Table(columns=tuple(columns), rows=rows))
    name = f"{title} {who.partition(' ')[0]} {first} {last}"
    return Book(title=name, made_at=clock.instant(), pages=(sheet,))


def line_words(line: AccountLine) -> str:
    """What an entry of the account is: the meal's name with what carrying it cost, a top-up, a void."""
    label = pick(line.label_zh or "", line.label_en or "")
    if line.is_kept:
        label = pick(f"{label}（没送成，留自付）", f"{label} (not delivered, her part kept)")
    if line.kind != "meal":
        return f"{register_words.line(line.kind)} {label}".strip()
    if not line.fee_fen:
        return label
    fee = yuan(line.fee_fen)
    return pick(f"{label}，送餐费 {fee}", f"{label}, delivery {fee}")
