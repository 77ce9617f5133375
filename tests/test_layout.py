"""Tests stand where the code stands that they test."""

from tests.conftest import ROOT

ELSEWHERE = {
    ".": "of the project's own files: the README and tests themselves",
    "e2e": "of several packages together",
    "bench": "a program that measures, and the test of its budgets",
    "docs": "of pages and workflows",
    "policies/other_packs": "of what other packs of rules would flag",
}
"""Folders of tests that no package has, and what their tests are of."""


def is_package(folder: str) -> bool:
    """`constructs` is a source root: `pay` lies below it."""
    return any((root / folder / "__init__.py").is_file() for root in (ROOT, ROOT / "constructs"))


def test_tests_mirror_the_packages() -> None:
    tests = ROOT / "tests"
    folders = {path.parent.relative_to(tests).as_posix() for path in tests.rglob("test_*.py")}
    assert {folder for folder in folders - set(ELSEWHERE) if not is_package(folder)} == set()


def test_no_package_is_named_an_exception() -> None:
    assert [folder for folder in ELSEWHERE if folder != "." and is_package(folder)] == []
