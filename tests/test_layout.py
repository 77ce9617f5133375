"""Tests stand where the code stands that they test."""

from fnmatch import fnmatchcase

from tests.conftest import ROOT

ELSEWHERE = {
    ".": "of the project's own files: the README and tests themselves",
    "e2e": "of several packages together",
    "bench": "of the program that measures, which is here, too",
    "docs": "of pages and workflows",
    "policies/other_packs": "of what other packs of rules would flag",
    "support": "of how tests run Terraform",
}
"""Folders of tests that no package has, and what their tests are of."""

TESTED_WITH_OTHERS = {
    "policies/checks/*": "one break per rule, of all checks in policies/checks",
    "pay/model/rights": "by what a changed policy takes, in rollout/guard/rules",
    "rollout/guard/rules/*": "by what a plan does, in rollout/guard/rules: rules overlap",
}
"""Packages without a folder of tests (`*`: each package in it), and where their tests are."""

TESTS = ROOT / "tests"
SOURCES = {
    "constructs": ("pay",),
    ".": ("lab", "policies", "rollout", "sandbox", "stacks", "toolchain"),
}
"""Source roots, and the packages below each."""


def packages() -> set[str]:
    """Return the folder of each package with a module of its own, as tests mirror it."""
    return {
        module.parent.relative_to(ROOT / root).as_posix()
        for root, names in SOURCES.items()
        for name in names
        for module in (ROOT / root / name).rglob("*.py")
        if module.name != "__init__.py" and (module.parent / "__init__.py").is_file()
    }


def is_package(folder: str) -> bool:
    """`constructs` is a source root: `pay` lies below it."""
    return any((ROOT / root / folder / "__init__.py").is_file() for root in SOURCES)


def folders_of_tests() -> set[str]:
    return {path.parent.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")}


def exceptions(package: str) -> list[str]:
    return [pattern for pattern in TESTED_WITH_OTHERS if fnmatchcase(package, pattern)]


def test_tests_mirror_the_packages() -> None:
    folders = folders_of_tests() - set(ELSEWHERE)
    assert {folder for folder in folders if not is_package(folder)} == set()


def test_each_package_has_a_folder_of_tests() -> None:
    untested = packages() - folders_of_tests()
    assert {package for package in untested if not exceptions(package)} == set()


def test_no_package_is_named_an_exception() -> None:
    assert [folder for folder in ELSEWHERE if folder != "." and is_package(folder)] == []


def test_each_exception_is_a_package_without_a_folder_of_tests() -> None:
    untested = packages() - folders_of_tests()
    used = {pattern for package in untested for pattern in exceptions(package)}
    assert used == set(TESTED_WITH_OTHERS)
