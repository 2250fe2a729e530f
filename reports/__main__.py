"""`python -m reports FORMAT`: a book as JSON on the input, its bytes on the output.

Exit 0; or 2 with one line on the error output, which holds no cell of the book. The process takes no
more memory than it is given, so that a sheet gone wrong harms no counter.
"""

import importlib
import resource
import sys

from reports.sheets import Book, SheetError

#: format → the module and the function that print it; only the one that is asked for is loaded
PRINTERS = {
    "pdf": ("reports.document", "pdf"),
    "xlsx": ("reports.workbook", "xlsx"),
    "csv": ("reports.csv_file", "csv_utf8"),
    "csv-gb18030": ("reports.csv_file", "csv_gb18030"),
}
MEMORY_BYTES_MAX = 1 << 30
BAD = 2


def main(arguments: list[str]) -> int:
    """Print the book on the standard input in the format that is asked for."""
    if len(arguments) != 1 or arguments[0] not in PRINTERS:
        return _refuse(f"usage: python -m reports {'|'.join(PRINTERS)}")
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    module, function = PRINTERS[arguments[0]]
    try:
        book = Book.from_json(sys.stdin.buffer.read().decode("utf-8"))
        made = getattr(importlib.import_module(module), function)(book)
    except SheetError as error:
        return _refuse(str(error))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return _refuse(f"not a book ({type(error).__name__})")
    except (RuntimeError, MemoryError) as error:
        return _refuse(f"cannot be printed ({type(error).__name__})")  # its words may be a name
    sys.stdout.buffer.write(made)
    return 0


def _refuse(why: str) -> int:
    sys.stderr.write(why + "\n")
    return BAD


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
