"""A phone number typed at the desk. Ground floor: it is read like one of a roster, but told at once."""

from canteen.rules.errors import Invalid
from canteen.rules.roster_text import clean
from canteen.rules.roster_values import read_phone


def take_phone(text: str | None) -> str | None:
    """The phone as it is kept; None when nothing was typed. Invalid when it is none."""
    if not text:
        return None
    phone, finding = read_phone(clean(text))
    if phone is None:
        assert finding is not None
        raise Invalid(finding.code, finding.zh, finding.en, field="phone")
    return phone
