"""The printing house: plain sheets in, bytes out (XLSX, CSV, PDF).

It stands beside the service and imports nothing of it: whoever wants something printed says what is
on the paper (`reports.sheets`), and the printers only lay it out. A printer never adds, rounds, masks
or looks anything up; what is wrong on paper was wrong in the sheet. Printing is heavy (fonts, a
compiler), so it runs in a child process: `python -m reports pdf`, the book as JSON on its input.
"""
