"""Mistakes in the catalogue's files are messages, all of them, with file and line."""

import sys
from pathlib import Path

import pytest

from pay import catalogue
from tests.support.problems import only

RIGHT = """\
from tests.support.services import service

ORDERS = service("orders")
"""
WRONG = """\
from tests.support.services import service

REFUNDS = service("refunds", user="0:0", health_check_path=None)
"""
WRONG_CALL = """\
from pay.model import Call

CALL = Call(
    servise="ledger",
    service="ledger",
    variables=("LEDGER_URL",),
)
"""
SHARES_A_MISTAKE = """\
from broken_catalogue.shared import CALL
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "broken_catalogue"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("", ".copied", ".orders", ".refunds", ".shared", ".uses"):
        monkeypatch.delitem(sys.modules, f"broken_catalogue{name}", raising=False)
    return package


def test_reads_every_service_of_a_folder(folder: Path) -> None:
    (folder / "orders.py").write_text(RIGHT)
    services, problems = catalogue.read(folder, "broken_catalogue")
    assert (list(services), problems) == (["orders"], ())


def test_reports_a_mistake_at_its_line_and_reads_the_other_files(folder: Path) -> None:
    (folder / "orders.py").write_text(RIGHT)
    (folder / "refunds.py").write_text(WRONG)
    services, problems = catalogue.read(folder, "broken_catalogue")
    assert list(services) == ["orders"]
    problem = only(problems)
    assert (problem.where, problem.line) == ("constructs/pay/catalogue/refunds.py", 3)
    assert problem.key == "user"


def test_reports_a_mistake_that_files_share_once_where_it_is(folder: Path) -> None:
    (folder / "shared.py").write_text(WRONG_CALL)
    (folder / "uses.py").write_text(SHARES_A_MISTAKE)
    _, problems = catalogue.read(folder, "broken_catalogue")
    problem = only(problems)
    assert problem.where == "constructs/pay/catalogue/shared.py"
    assert problem.line == 3
    assert problem.allowed == "service, variables, path, style"
    assert problem.fix == "did you mean service?"


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("A = 1\nB = (\n", 2, "SyntaxError, '(' was never closed"),
        ("A = 1\nB = C\n", 2, "NameError, name 'C' is not defined"),
        ("import nothing_of_this_name\n", 1, "ModuleNotFoundError, No module named"),
        ("raise KeyError('x')\n", 1, "KeyError, 'x'"),
        ("A = '\0'\n", None, ""),
    ],
)
def test_a_file_that_python_cannot_run_is_a_message(
    text: str, line: int | None, found: str, folder: Path
) -> None:
    (folder / "orders.py").write_text(RIGHT)
    (folder / "refunds.py").write_text(text)
    services, problems = catalogue.read(folder, "broken_catalogue")
    assert list(services) == ["orders"]
    problem = only(problems)
    assert problem.where == "constructs/pay/catalogue/refunds.py"
    assert problem.line == line or line is None
    assert problem.found.startswith(found)


def test_a_copied_file_must_get_a_name_of_its_own(folder: Path) -> None:
    for name in ("copied", "orders"):
        (folder / f"{name}.py").write_text(RIGHT)
    problem = only(catalogue.read(folder, "broken_catalogue")[1])
    assert problem.where == "constructs/pay/catalogue/orders.py"
    assert problem.found == "orders, which another file has"
