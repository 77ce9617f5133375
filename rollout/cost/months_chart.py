"""The bill of each month as a chart of the spreadsheet."""

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet


def add_chart(book: Workbook, sheet: Worksheet, rows: tuple[int, int], usd: int) -> None:
    """Add bars of the parts of each month below its table. A line shows what the month costs while
    `min_instances` stays. `rows` holds the first and the last month. `usd` is the column of the
    sum: right of the parts, left of that line.
    """
    first, last = rows
    name = sheet.get_name()
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    for column in range(1, usd):
        chart.add_series(
            {
                "name": [name, 2, column],
                "categories": [name, first, 0, last, 0],
                "values": [name, first, column, last, column],
            }
        )
    line = book.add_chart({"type": "line"})
    line.add_series(
        {
            "name": [name, 2, usd + 1],
            "categories": [name, first, 0, last, 0],
            "values": [name, first, usd + 1, last, usd + 1],
            "line": {"dash_type": "dash", "color": "#B35A00"},
        }
    )
    chart.combine(line)
    chart.set_title({"name": "USD a month while services move"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 1100, "height": 420})
    sheet.insert_chart(last + 3, 0, chart)
