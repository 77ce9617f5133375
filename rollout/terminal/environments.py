"""Loads the environments that a command needs, and warns about what is wrong in others."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import typer

from pay.environments.load import load_environments, load_needed
from pay.model import Environment
from pay.model.problem import Problem


def load_for(
    folder: Path, environment: str | None, *, with_followed: bool = False
) -> Mapping[str, Environment]:
    """Return the environments without a mistake by name, and warn about the others.

    Raises InvalidInput with every mistake of `environment`, or of all when it is None. With
    `with_followed`, those of the environments that it follows count, too.
    """
    if environment is None:
        return load_environments(folder)
    return load_where(folder, environment.__eq__, with_followed=with_followed)


def load_where(
    folder: Path, is_needed: Callable[[str], bool], *, with_followed: bool = False
) -> Mapping[str, Environment]:
    """Return the same where several environments may be needed."""
    environments, mistakes = load_needed(folder, is_needed, with_followed=with_followed)
    warn(mistakes)
    return environments


def warn(mistakes: Iterable[Problem]) -> None:
    """Print the first mistake of each file whose mistakes do not matter to the command."""
    by_file: dict[str, list[Problem]] = {}
    for mistake in mistakes:
        by_file.setdefault(mistake.where, []).append(mistake)
    for first, *others in by_file.values():
        more = f"; and {len(others)} more in this file" if others else ""
        typer.echo(f"Warning, in what is left out here: {first}{more}", err=True)
