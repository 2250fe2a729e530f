"""`card-reader` and `python -m card_reader`."""

import sys

from card_reader.commands import main

if __name__ == "__main__":
    sys.exit(main())
