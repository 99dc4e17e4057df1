"""The workbooks under tests/workbooks, each with one trap: `python workbooks.py ../workbooks`. Needs openpyxl, odfpy, xlwt and pyarrow."""

import datetime
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook
from pyarrow import parquet

folder = Path(sys.argv[1])
ROWS = [
    ["region", "year", "cases", "share"],
    ["North", 2023, 1200, 12.5],
    ["North", 2024, 1350, 0.1 + 0.2],
    ["South", 2023, 80, 7],
    ["South, \"inner\"", 2024, 95, 8.25],
]


def book(name, rows, change=None, title="Table_1"):
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    if change:
        change(workbook, sheet)
    workbook.save(folder / name)


def hide(_, sheet):
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True


def texts(_, sheet):
    sheet["C3"] = "1350"
    sheet["C3"].data_type = "s"


def filtered(_, sheet):
    sheet.auto_filter.ref = "A1:D5"
    sheet.auto_filter.add_filter_column(0, ["North"])
    sheet.row_dimensions[4].hidden = True
    sheet.row_dimensions[5].hidden = True


def formula(_, sheet):
    sheet["C6"] = "=SUM(C2:C5)"
    sheet["A6"] = "Total"
    sheet["B6"] = 2024


def second(workbook, _):
    workbook.create_sheet("Notes").append(["Nothing here"])


def far(_, sheet):
    sheet["XFD1048576"] = 1


book("same.xlsx", ROWS)
book("hidden.xlsx", ROWS, hide)
book("formula.xlsx", ROWS, formula)
book("sheets.xlsx", ROWS, second)
book("far.xlsx", ROWS, far)
book("titles.xlsx", [["Table 1: cases by region"], ["Source: the office"], []] + ROWS)
book(
    "levels.xlsx",
    [
        ["", "Cases", None, "Share [note 2]", None],
        ["region", 2023, 2024, 2023, 2024],
        ["North1", 1200, 1350, 12.5, 13],
        ["South [note 3]", 80, 95, 7, 8.25],
        ["", 20, 30, 1, 2],
    ],
)


book("shares.xlsx", [["region", "share"], ["North", 0.375], ["South", 0.5]])


def epoch(workbook, sheet):
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    workbook.epoch = CALENDAR_MAC_1904
    sheet["A2"] = datetime.date(2024, 3, 6)


def first_epoch(_, sheet):
    sheet["A2"] = datetime.date(2024, 3, 6)


book("text-numbers.xlsx", ROWS, texts)
book("filtered.xlsx", ROWS, filtered)
book("epoch-1904.xlsx", [["day", "cases"], [None, 3]], epoch)
book("epoch-1900.xlsx", [["day", "cases"], [None, 3]], first_epoch)

document = OpenDocumentSpreadsheet()
table = Table(name="Table_1")
for row in ROWS:
    line = TableRow()
    for cell in row:
        kind = "string" if isinstance(cell, str) else "float"
        item = TableCell(valuetype=kind) if kind == "string" else TableCell(valuetype=kind, value=repr(cell))
        item.addElement(P(text=str(cell)))
        line.addElement(item)
    table.addElement(line)
document.spreadsheet.addElement(table)
document.save(folder / "same.ods")

columns = list(zip(*ROWS[1:]))
decimals = pa.array([Decimal("1.10"), Decimal("-0.05"), None, Decimal("9007199254740993.25")], pa.decimal128(20, 2))
days = pa.array([datetime.date(2024, 3, 6), None, datetime.date(1969, 12, 31), datetime.date(2000, 2, 29)])
parquet.write_table(
    pa.table({"region": columns[0], "year": columns[1], "cases": columns[2], "share": columns[3], "amount": decimals, "day": days}),
    folder / "same.parquet",
    compression="zstd",
)

old = xlwt.Workbook()
page = old.add_sheet("Table_1")
for number, row in enumerate(ROWS):
    for column, cell in enumerate(row):
        page.write(number, column, cell)
old.save(str(folder / "same.xls"))
