"""How large a sent file may be, and the error that says so; named once for every kind of file."""

from canteen.rules.errors import Invalid

FILE_BYTES_MAX = 32 * 1024 * 1024
#: bytes of all parts of an archive together, counted while they are unpacked
UNPACKED_BYTES_MAX = 640 * 1024 * 1024
ROWS_MAX = 200_000
#: columns beyond are not read, and the answer says so
COLUMNS_MAX = 256
CELLS_MAX = 4_000_000
#: characters kept of one cell; more than any column takes, so that judging sees it is too long
TEXT_MAX = 2_000
#: characters of all different texts together
CHARACTERS_MAX = 80_000_000
MERGES_MAX = 100_000


def too_large(what_zh: str, what_en: str) -> Invalid:
    """Invalid `file_too_large`, saying which limit was reached."""
    return Invalid(
        "file_too_large",
        f"文件太大：{what_zh}。请删去多余的内容，或分成几个文件",
        f"The file is too large: {what_en}. Delete what is not needed, or split it",
    )


def broken(detail_zh: str, detail_en: str) -> Invalid:
    """Invalid `file_broken`, saying what could not be read."""
    return Invalid(
        "file_broken",
        f"文件打不开：{detail_zh}。请用表格软件打开后另存一次",
        f"The file cannot be read: {detail_en}. Open it in a spreadsheet program and save it again",
    )
