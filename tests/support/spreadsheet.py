"""Reads a spreadsheet and works its formulas out, so that a test sees what a person would see.

Libraries that do this bring numpy and tens of megabytes; our formulas use nine functions. A
function that is missing here fails the test that meets it.
"""

import io
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.formula import Tokenizer
from openpyxl.utils import range_boundaries


class Spreadsheet:
    """A workbook whose named numbers can be changed before its formulas are worked out."""

    def __init__(self, content: bytes, changes: Mapping[str, Any] | None = None) -> None:
        self._book = load_workbook(io.BytesIO(content))
        self._cached = load_workbook(io.BytesIO(content), data_only=True)
        self._changes = dict(changes or {})
        self._known: dict[tuple[str, int, int], Any] = {}
        for name, value in self._changes.items():
            self._known[self._place(name)] = value

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._book.defined_names)

    def _place(self, name: str) -> tuple[str, int, int]:
        sheet, cell = self._book.defined_names[name].attr_text.rsplit("!", 1)
        column, row, _, _ = range_boundaries(cell)
        return sheet.strip("'"), row, column

    def named(self, name: str) -> Any:
        return self.value(*self._place(name))

    def formulas(self) -> list[tuple[str, int, int]]:
        """The places of every formula."""
        return [
            (sheet.title, cell.row, cell.column)
            for sheet in self._book
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and cell.value.startswith("=")
        ]

    def cached(self, sheet: str, row: int, column: int) -> Any:
        """The value that stands beside the formula in the file."""
        return _exact(self._cached[sheet].cell(row, column).value)

    def text(self, sheet: str, row: int, column: int) -> Any:
        return self._book[sheet].cell(row, column).value

    def value(self, sheet: str, row: int, column: int) -> Any:
        """The value of a cell, worked out."""
        place = sheet, row, column
        if place not in self._known:
            found = self._book[sheet].cell(row, column).value
            is_formula = isinstance(found, str) and found.startswith("=")
            self._known[place] = self._worked_out(sheet, found) if is_formula else _exact(found)
        return self._known[place]

    def _worked_out(self, sheet: str, formula: str) -> Any:
        def operand(reference: str) -> Any:
            if reference in self._book.defined_names:
                return self.named(reference)
            where, _, cells = reference.rpartition("!")
            where = where.strip("'") or sheet
            left, top, right, bottom = range_boundaries(cells)
            found = [
                self.value(where, row, column)
                for row in range(top, bottom + 1)
                for column in range(left, right + 1)
            ]
            return found if ":" in cells else found[0]

        return eval(_as_python(formula), {**FUNCTIONS, "operand": operand, "Decimal": Decimal})


def _exact(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(repr(value)) if is_number else value


def _as_python(formula: str) -> str:
    """Return the formula as an expression; arguments are functions, so that IF takes one only."""
    words = []
    for token in Tokenizer(formula).items:
        match token.type, token.subtype:
            case "FUNC", "OPEN":
                words.append(f"{token.value}lambda: ")
            case "SEP", "ARG":
                words.append(", lambda: ")
            case "OPERAND", "RANGE":
                words.append(f"operand({token.value!r})")
            case "OPERAND", "NUMBER":
                words.append(f"Decimal({token.value!r})")
            case "WHITE-SPACE", _:
                continue
            case "OPERATOR-INFIX", _:
                words.append("==" if token.value == "=" else token.value)
            case _:
                words.append(token.value)
    return "".join(words)


def _numbers(values: Any) -> list[Decimal]:
    listed = values if isinstance(values, list) else [values]
    return [each for each in listed if isinstance(each, Decimal)]


def _sumifs(added: Any, *criteria: Any) -> Decimal:
    """A criterion of empty text fits empty cells, as in a spreadsheet."""
    pairs = [(criteria[n](), criteria[n + 1]()) for n in range(0, len(criteria), 2)]
    rows = zip(added(), *(values for values, _ in pairs), strict=True)
    wanted = [text for _, text in pairs]
    return sum(
        (
            number
            for number, *cells in rows
            if isinstance(number, Decimal) and [each or "" for each in cells] == wanted
        ),
        Decimal(0),
    )


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "IF": lambda test, yes, no: yes() if test() else no(),
    "AND": lambda *tests: all(test() for test in tests),
    "ISNUMBER": lambda value: isinstance(value(), Decimal),
    "ROUND": lambda value, places: value().quantize(Decimal(10) ** -int(places()), ROUND_HALF_UP),
    "SUM": lambda *values: sum((sum(_numbers(each())) for each in values), Decimal(0)),
    "SUMIFS": _sumifs,
    "MAX": lambda *values: max(number for each in values for number in _numbers(each())),
    "MIN": lambda *values: min(number for each in values for number in _numbers(each())),
    "INDEX": lambda values, number: values()[int(number()) - 1],
}
