"""`canteen roster import` run on a file, made or of the field cases; and what then stands on the register."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from canteen.models.people import Card, CardHolding, Elder, ElderFact
from tests.cli.conftest import Installation
from tests.files.sheets import SENT, workbook

HEADER = ["姓名", "身份证号", "社区", "联系电话", "住址", "对象类别", "卡号"]
P01, P02 = "450702194611259920", "450702194105039917"


def import_roster(place: Installation, name: str | Path, *words: str, user: str = "street") -> Any:
    path = SENT / name if isinstance(name, str) else name
    return place.run("roster", "import", str(path), "--json", "--as", user, *words).json


def apply_roster(place: Installation, name: str | Path, *words: str, user: str = "street") -> Any:
    return import_roster(place, name, "--apply", "--community", "城南社区", *words, user=user)


def write_roster(place: Installation, *rows: Sequence[object], name: str = "made.xlsx") -> Path:
    path = place.folder / name
    path.write_bytes(workbook([HEADER, *rows]))
    return path


def items_of(answer: Any, *actions: str) -> dict[int, str]:
    return {item["row"]: item["code"] for item in answer["items"] if item["action"] in actions}


def elders_of(place: Installation) -> dict[str, Elder]:
    database = place.open()
    found = {one.name: one for one in database.read(lambda s: s.scalars(select(Elder)).all())}
    database.close()
    return found


def facts_of(place: Installation, name: str) -> list[tuple[str, str | None, bool]]:
    database = place.open()
    facts = database.read(
        lambda s: s.scalars(
            select(ElderFact)
            .join(Elder, Elder.id == ElderFact.elder_id)
            .where(Elder.name == name)
            .order_by(ElderFact.id)
        ).all()
    )
    database.close()
    return [
        (fact.kind, fact.code or str(fact.born), fact.withdrawn_at is None and fact.to_on is None)
        for fact in facts
    ]


def phone_of(place: Installation, name: str) -> str | None:
    elder = elders_of(place)[name]
    box = elder.phone_box
    return place.key_ring.open(box, f"elders:{elder.number}:phone") if box else None


def cards_of(place: Installation, name: str) -> list[str | None]:
    database = place.open()
    cards = database.read(
        lambda s: s.scalars(
            select(Card.printed)
            .join(CardHolding, CardHolding.card_id == Card.id)
            .join(Elder, Elder.id == CardHolding.elder_id)
            .where(Elder.name == name, CardHolding.to_at.is_(None))
        ).all()
    )
    database.close()
    return list(cards)
