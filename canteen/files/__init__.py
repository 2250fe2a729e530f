"""Files that people send, read as they really come: XLSX, XLS and CSV into a `rules.grid.Grid`.

It stands beside `models`, above `rules`: it opens archives and parses bytes (standard library only:
no reader of values alone tells a number's literal from a text, or a formula nobody calculated from a
blank), knows nothing of the database, and is called by `web` and `cli` only. Every file is taken
for hostile: sizes are counted while unpacking, entities are refused, nothing is ever run.
"""
