"""`python -m canteen.claim_export UID`: make one export; what it needs to open the database comes as a line
of JSON on its input, and neither keys nor names ever stand in its arguments or its output."""

import json
import sys
from zoneinfo import ZoneInfo

from canteen import clock
from canteen.claim_export.making import make
from canteen.db.run import Database


def main(uid: str, told: str) -> None:
    """Open the database that `told` is about and make the export."""
    given = json.loads(told)
    clock.set_offset(given["offset_seconds"])
    database = Database.of_pass(given["database"])
    try:
        make(database, uid, ZoneInfo(given["zone"]))
    finally:
        database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.readline())
