"""A report as a spreadsheet with live formulas. Change an assumption or a price, and all follows.

Numbers that people may change have names, which the formulas use. The bytes depend on the report
alone.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from rollout.cost.assumptions import meaning_of
from rollout.cost.bill import Bill
from rollout.cost.bill_lines import CostPart, total, whole
from rollout.cost.formulas import (
    NO_PRICE,
    Formula,
    allocated_formula,
    group_formula,
    name_of,
    usage_formula,
)
from rollout.cost.instances import DISK
from rollout.cost.months_chart import add_chart
from rollout.cost.report import NOT_COUNTED, CostReport
from rollout.cost.savings_cells import SAVINGS, SavingsCell, hours_before, savings_cells
from rollout.cost.savings_plan import eligible
from rollout.cost.table import warnings

CONFIGURED = "EC2 as configured"
"""The part of those lines of a month that count instances which nobody has taken away."""
DOUBLE = "double running"
"""The part of those lines of a month that count once more what runs on both sides."""


def as_workbook(report: CostReport) -> bytes:
    """Return the bytes of an XLSX file."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    created = datetime.combine(report.today, time(0), UTC).replace(tzinfo=None)
    book.set_properties({"title": "What the estate costs", "created": created})
    _Sheets(book, report).write()
    book.close()
    return buffer.getvalue()


class _Sheets:
    """Writes the sheets; a formula may name a cell of a sheet that comes later."""

    def __init__(self, book: Workbook, report: CostReport) -> None:
        self._book, self._report = book, report
        style = book.add_format
        self._head = style({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._title = style({"bold": True, "font_size": 14})
        self._money = style({"num_format": "#,##0.00"})
        self._strong = style({"num_format": "#,##0.00", "bold": True, "top": 1})
        self._input = style({"bg_color": "#FFF2CC", "border": 1, "num_format": "0.##########"})
        self._day = style({"num_format": "yyyy-mm-dd"})
        self._wrapped = style({"text_wrap": True, "valign": "top"})

    def write(self) -> None:
        names = ["Summary", "Assumptions", "Prices", "EC2", "Bill"]
        names += ["By service"] + (
            ["Months", "Month lines", "Before"] if self._report.months else []
        )
        sheets = {name: self._book.add_worksheet(name) for name in names}
        self._assumptions(sheets["Assumptions"])
        self._prices(sheets["Prices"])
        self._groups(sheets["EC2"])
        self._bill(sheets["Bill"], self._report.bill, "bill_usd")
        self._by_service(sheets["By service"])
        if self._report.months:
            self._bill(sheets["Before"], self._report.before, "before_usd")
            self._month_lines(sheets["Month lines"])
            self._months(sheets["Months"])
        self._summary(sheets["Summary"])

    def _table(
        self, sheet: Worksheet, title: str, head: Sequence[str], widths: Sequence[int]
    ) -> int:
        """Write a title and a head; return the first row below."""
        sheet.write(0, 0, title, self._title)
        for column, (text, width) in enumerate(zip(head, widths, strict=True)):
            sheet.write(2, column, text, self._head)
            sheet.set_column(column, column, width)
        sheet.freeze_panes(3, 0)
        return 3

    def _formula(
        self, sheet: Worksheet, row: int, column: int, formula: Formula, style: Any = None
    ) -> None:
        text, value = formula
        cached = (
            NO_PRICE if value is None else float(value) if isinstance(value, Decimal) else value
        )
        sheet.write_formula(row, column, f"={text}", style or self._money, cached)

    def _name(self, name: str, sheet: Worksheet, row: int, column: int) -> None:
        cell = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        self._book.define_name(name, f"='{sheet.get_name()}'!{cell}")

    def _assumptions(self, sheet: Worksheet) -> None:
        head = ("name", "value", "what it is")
        row = self._table(
            sheet, "The team's own figures: change the yellow cells", head, (30, 14, 90)
        )
        for name, value in self._report.assumptions.inputs.items():
            sheet.write(row, 0, name)
            sheet.write_number(row, 1, float(value), self._input)
            sheet.write(row, 2, meaning_of(name))
            self._name(name, sheet, row, 1)
            row += 1
        if day := self._report.assumptions.usd_per_gbp_date:
            sheet.write(row, 0, "usd_per_gbp_date")
            sheet.write_datetime(row, 1, day, self._day)

    def _prices(self, sheet: Worksheet) -> None:
        head = (
            *("item", "USD", "unit", "service", "usage type"),
            *("operation", "SKU", "source", "date", ""),
        )
        widths = (28, 14, 12, 18, 36, 26, 20, 52, 12, 20)
        title = f"AWS's prices in {self._report.prices.region}, on demand, without tax"
        row = self._table(sheet, title, head, widths)
        for item in self._report.items:
            price = self._report.prices.price.get(item)
            sheet.write(row, 0, item)
            if price and price.usd is not None:
                sheet.write_number(row, 1, float(price.usd), self._input)
            else:
                sheet.write(row, 1, NO_PRICE, self._input)
            if price:
                words = (price.unit, price.service, price.usagetype, price.operation or "")
                for column, word in enumerate((*words, price.sku or "", price.source or ""), 2):
                    sheet.write(row, column, word)
                if price.date:
                    sheet.write_datetime(row, 8, price.date, self._day)
            if item in self._report.old:
                sheet.write(row, 9, "old: look it up again")
            self._name(name_of("price", item), sheet, row, 1)
            row += 1

    def _groups(self, sheet: Worksheet) -> None:
        head = ("instances", "type", "configured", "USD", "packed", "USD", "a zone lost", "USD")
        title = "EC2 instances in a month: as configured, as packed, as packed with a zone lost"
        row = self._table(sheet, title, head, (26, 14, 12, 14, 12, 14, 12, 14))
        for each in self._report.before.instances:
            group = each.group
            now = next(
                (one for one in self._report.bill.instances if one.group.name == group.name), each
            )
            sheet.write(row, 0, group.name)
            sheet.write(row, 1, group.instance_type)
            counts = (now.group.configured, now.group.packed, now.group.spare_zone)
            for number, count in enumerate(counts):
                column = 2 + 2 * number
                sheet.write_number(row, column, count, self._input if not number else None)
                cell = xl_rowcol_to_cell(row, column)
                cost = self._report.pricing.of_group(group, count)
                self._formula(sheet, row, column + 1, (group_formula(group, cell), whole(cost)))
            self._name(name_of("count", group.name), sheet, row, 2)
            self._name(name_of("instances", group.name), sheet, row, 3)
            row += 1

    def _bill(self, sheet: Worksheet, bill: Bill, name: str) -> None:
        head = (
            *("environment", "service", "side", "stage", "part"),
            *("what", "item", "quantity", "USD"),
        )
        row = first = self._table(
            sheet, "Every line of the bill of a month", head, (16, 18, 10, 10, 13, 50, 28, 14, 14)
        )
        of_group = {each.group.name: each for each in bill.instances}
        begins: dict[str, int] = {}
        for line in bill.lines:
            usage = line.usage
            words = (usage.environment, usage.service, usage.side, usage.stage, usage.part)
            for column, word in enumerate((*words, usage.what, usage.item)):
                sheet.write(row, column, str(word or ""))
            sheet.write_number(row, 7, float(usage.quantity))
            quantity = xl_rowcol_to_cell(row, 7)
            if usage.item in of_group:
                begins.setdefault(usage.item, row)
                above = (xl_rowcol_to_cell(begins[usage.item], 8), xl_rowcol_to_cell(row - 1, 8))
                has_above = row > begins[usage.item]
                text = allocated_formula(
                    of_group[usage.item].group, usage, quantity, above if has_above else None
                )
            else:
                text = usage_formula(usage, quantity)
            self._formula(sheet, row, 8, (text, line.usd))
            row += 1
        sheet.autofilter(2, 0, row - 1, 8)
        sheet.write(row, 0, "sum")
        cells = f"{xl_rowcol_to_cell(first, 8)}:{xl_rowcol_to_cell(row - 1, 8)}"
        self._formula(sheet, row, 8, (f"SUM({cells})", bill.usd), self._strong)
        self._name(name, sheet, row, 8)
        self._last = row

    def _by_service(self, sheet: Worksheet) -> None:
        parts = list(CostPart)
        head = ("environment", "service", *parts, "USD")
        row = first = self._table(
            sheet, "The bill of a month by service", head, (16, 20, *(12 for _ in parts), 14)
        )
        lines = self._report.bill.lines
        places = dict.fromkeys((line.usage.environment, line.usage.service or "") for line in lines)
        last = 3 + len(lines)
        column_of = {
            name: f"Bill!${letter}$4:${letter}${last}"
            for name, letter in zip("esptu", "ABEGI", strict=True)
        }
        for environment, service in places:
            sheet.write(row, 0, environment)
            sheet.write(row, 1, service or "(shared)")
            own = [
                line
                for line in lines
                if (line.usage.environment, line.usage.service or "") == (environment, service)
            ]
            for column, part in enumerate(parts, 2):
                text = (
                    f'SUMIFS({column_of["u"]},{column_of["e"]},"{environment}",'
                    f'{column_of["s"]},"{service}",{column_of["p"]},"{part}")'
                )
                value = total(line for line in own if line.usage.part is part)
                self._formula(sheet, row, column, (text, value))
            end = 2 + len(parts)
            cells = f"{xl_rowcol_to_cell(row, 2)}:{xl_rowcol_to_cell(row, end - 1)}"
            self._formula(sheet, row, end, (f"SUM({cells})", total(own)), self._strong)
            row += 1
        sheet.write(row, 0, "sum")
        for column in range(2, 3 + len(parts)):
            cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(row - 1, column)}"
            of_part = [
                line for line in lines if column == end or line.usage.part is parts[column - 2]
            ]
            self._formula(sheet, row, column, (f"SUM({cells})", total(of_part)), self._strong)

    def _month_lines(self, sheet: Worksheet) -> None:
        row = self._table(
            sheet,
            "What each month uses",
            ("month", "part", "item", "quantity", "USD"),
            (12, 20, 28, 16, 14),
        )
        for month in self._report.months:
            labelled = [(line.usage.part.value, line) for line in month.lines]
            labelled += [(CONFIGURED, line) for line in month.ec2_as_configured]
            labelled += [(DOUBLE, line) for line in month.double_running]
            for part, line in labelled:
                for column, word in enumerate((month.name, part, line.usage.item)):
                    sheet.write(row, column, word)
                sheet.write_number(row, 3, float(line.usage.quantity))
                text = usage_formula(line.usage, xl_rowcol_to_cell(row, 3))
                self._formula(sheet, row, 4, (text, line.usd))
                row += 1
        self._month_rows = row

    def _months(self, sheet: Worksheet) -> None:
        report, parts = self._report, [part for part in CostPart if part is not CostPart.IDLE]
        head = (
            "month",
            *parts,
            "USD",
            "USD if min_instances stays",
            "services begin",
            "all has moved",
        )
        views = ("balance, early", "balance, late", "below 0, early", "below 0, late") * bool(
            report.paybacks
        )
        row = first = self._table(
            sheet,
            "The bill while services move",
            (*head, *views, "of which double running", *SAVINGS * report.has_plan),
            (12, *(13 for _ in (*head, *views, *SAVINGS * report.has_plan))),
        )
        cells = {
            letter: f"'Month lines'!${letter}$4:${letter}${self._month_rows}" for letter in "ABCE"
        }
        usd = 1 + len(parts)
        for number, month in enumerate(report.months):
            sheet.write(row, 0, month.name)
            label = xl_rowcol_to_cell(row, 0, col_abs=True)

            def of(part: str, label: str = label) -> str:
                return f'SUMIFS({cells["E"]},{cells["A"]},{label},{cells["B"]},"{part}")'

            for column, part in enumerate(parts, 1):
                self._formula(sheet, row, column, (of(part), month.of(part)))
            all_parts = f"{xl_rowcol_to_cell(row, 1)}:{xl_rowcol_to_cell(row, usd - 1)}"
            self._formula(sheet, row, usd, (f"SUM({all_parts})", month.usd), self._strong)
            total, ec2 = xl_rowcol_to_cell(row, usd), xl_rowcol_to_cell(row, 1)
            stays = f"{total}-{ec2}+{of(CONFIGURED)}"
            self._formula(sheet, row, usd + 1, (stays, month.usd_as_configured))
            sheet.write_number(row, usd + 2, month.begun)
            sheet.write_number(row, usd + 3, int(month.is_over))
            plan = len(head) + len(views) + 1
            if report.paybacks:
                self._balances(sheet, row, usd, number, xl_rowcol_to_cell(row, plan + 3))
            twice = month.usd_twice
            self._formula(sheet, row, plan - 1, (of(DOUBLE), twice))
            if covered := report.covered(month):
                disks = f'{of(CostPart.EC2)[:-1]},{cells["C"]},"{DISK}")'
                hours = (f"{ec2}-{disks}", eligible(month.lines, CostPart.EC2))
                fargate = xl_rowcol_to_cell(row, 1 + parts.index(CostPart.FARGATE))
                places = [(row, plan + each) for each in range(len(SAVINGS))]
                self._savings(sheet, savings_cells(covered, hours, fargate, places))
            row += 1
        self._months_at = (first, row - 1, usd)
        add_chart(self._book, sheet, (first, row - 1), usd)

    def _savings(self, sheet: Worksheet, cells: Iterable[SavingsCell]) -> None:
        for row, column, formula in cells:
            self._formula(sheet, row, column, formula)

    def _balances(self, sheet: Worksheet, row: int, usd: int, number: int, plan: str) -> None:
        views = self._report.paybacks
        assert views
        total, begun, over = (xl_rowcol_to_cell(row, usd + each) for each in (0, 2, 3))
        ends = (("high", "low", "low"), ("low", "high", "high"))
        for offset, (view, (before, after, move)) in enumerate(zip(views, ends, strict=True), 4):
            column = usd + offset
            earlier = f"{xl_rowcol_to_cell(row - 1, column)}+" if number else ""
            text = (
                f"{earlier}before_usd+before_savings_plan-{total}-{plan}"
                f"-ROUND({begun}*move_hours_a_service_{move}*hourly_rate_gbp*usd_per_gbp,2)"
                f"+{over}*ROUND((hours_a_week_before_{before}-hours_a_week_after_{after})"
                "*52/12*hourly_rate_gbp*usd_per_gbp,2)"
            )
            balance = view.balances[number]
            self._formula(sheet, row, column, (text, balance))
            is_below = f"IF({xl_rowcol_to_cell(row, column)}<0,{number + 1},0)"
            value = Decimal(number + 1 if balance < 0 else 0)
            self._formula(sheet, row, column + 2, (is_below, value), self._book.formats[0])

    def _summary(self, sheet: Worksheet) -> None:
        report = self._report
        of = f"{report.service} in " if report.service else ""
        sheet.write(0, 0, f"What {of}{', '.join(report.environments)} costs", self._title)
        sheet.set_column(0, 0, 58)
        sheet.set_column(1, 1, 18)
        row = 2
        facts: list[tuple[str, Formula]] = [
            ("USD a month as it stands", ("bill_usd", report.bill.usd))
        ]
        if report.months:
            facts.append(
                ("USD a month before the move, all on EC2", ("before_usd", report.before.usd))
            )
            first, last, usd = self._months_at
            final = f"Months!{xl_rowcol_to_cell(last, usd)}"
            facts.append((f"USD in {report.months[-1].name}", (final, report.months[-1].usd)))
        for offset, view in enumerate(report.paybacks or (), 6):
            column = usd + offset
            below = f"Months!{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
            names = f"Months!{xl_rowcol_to_cell(first, 0)}:{xl_rowcol_to_cell(last, 0)}"
            count = len(report.months)
            later = f'"after {report.months[-1].name}"'
            text = f"IF(MAX({below})={count},{later},INDEX({names},MAX({below})+1))"
            when = "at the earliest" if offset == 6 else "at the latest"
            facts.append((f"The move has paid for itself, {when}", (text, report.month_of(view))))
        for when, hours in (("before", report.hours_before), ("after", report.hours_after)):
            for end in ("low", "high") if hours else ():
                name = f"hours_a_week_{when}_{end}"
                value = getattr(hours, end).quantize(Decimal("0.1"), ROUND_HALF_UP)
                facts.append(
                    (f"Developer hours a month {when}, {end}", (f"ROUND({name}*52/12,1)", value))
                )
        for label, formula in facts:
            sheet.write(row, 0, label)
            self._formula(sheet, row, 1, formula)
            row += 1
        if report.covered_before:
            places = [(row + offset, 1) for offset in range(len(SAVINGS))]
            for (at, _), label in zip(places, SAVINGS, strict=True):
                sheet.write(at, 0, f"Before the move, all on EC2: {label}")
            billed = hours_before(report.before)
            # Nothing runs on Fargate then.
            self._savings(sheet, savings_cells(report.covered_before, billed, "0", places))
            self._name("before_savings_plan", sheet, *places[-1])
            row += len(SAVINGS)
        row += 1
        for sentence in (*warnings(report), f"Not counted: {'; '.join(NOT_COUNTED)}."):
            sheet.merge_range(row, 0, row, 6, sentence, self._wrapped)
            sheet.set_row(row, 45)
            row += 1
