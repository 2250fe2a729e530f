"""Files as people send them, for tests: a separated text of rows, and ID numbers that check."""

from canteen.rules.identity import check_digit


def id_number(born: str, serial: int = 1) -> str:
    """A valid ID number: `born` 19411125, `serial` even for a woman."""
    body = f"450702{born}{serial:03d}"
    return body + check_digit(body)


def csv_bytes(*rows: tuple[object, ...]) -> bytes:
    """The rows as a UTF-8 CSV file; None is an empty cell."""
    lines = (",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return ("\n".join(lines) + "\n").encode()
