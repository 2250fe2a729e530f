"""The sealed columns of a person (ID number, phone) and their keyed indexes, made in one place.

Beside `encrypted`, so that whoever registers and whoever searches mean the same index.
"""

from collections.abc import Mapping
from typing import Any

from canteen.models.encrypted import KeyRing
from canteen.rules.errors import Refused
from canteen.rules.roster_values import phone_digits

INDEX_ID_NUMBER, INDEX_ID_LAST4, INDEX_PHONE = "id_number", "id_last4", "phone"


def key_ring_of(info: Mapping[Any, Any]) -> KeyRing:
    """The keys in `session.info`; Refused when this process was given none."""
    ring: KeyRing | None = info.get("key_ring")
    if ring is None:
        raise Refused(
            "no_key_file",
            "没有数据密钥文件：请先运行 canteen init，或设置 CANTEEN_DATA_KEY_FILE",
            "There is no data key file: run `canteen init` first, or set CANTEEN_DATA_KEY_FILE",
        )
    return ring


def sealed_columns(
    ring: KeyRing, table: str, number: str, id_number: str | None, phone: str | None
) -> dict[str, object]:
    """Values for `id_number_box`, `phone_box` and their indexes of the row `number` of `table`;
    only those of what is given."""
    values: dict[str, object] = {}
    if id_number is not None:
        values["id_number_box"] = ring.seal(id_number, f"{table}:{number}:id_number")
        values["id_number_index"] = ring.index(INDEX_ID_NUMBER, id_number)
        values["id_last4_index"] = ring.index(INDEX_ID_LAST4, id_number[-4:])
    if phone is not None:
        values["phone_box"] = ring.seal(phone, f"{table}:{number}:phone")
        values["phone_index"] = ring.index(INDEX_PHONE, phone_digits(phone))
    return values
