"""The environments of a folder: every mistake of every file and of the catalogue, at once."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pay import catalogue
from pay.environments.file import EnvironmentFile, read
from pay.model import Environment, InvalidInput, Problem
from pay.model.checks.estate import draft_problems, estate_problems
from pay.model.service.call_graph import Catalogue, call_graph_problems


def environment_files(folder: Path) -> dict[str, Path]:
    """Return the environment files of a folder by the name of their environment, in order. A file
    whose name begins with a dot is an editor's or the system's.
    """
    return {path.stem: path for path in sorted(folder.glob("[!.]*.toml"))}


def load_environment(path: Path, services: Catalogue = catalogue.CATALOGUE) -> Environment:
    """Return the environment of one file.

    Raises InvalidInput with every mistake in the file and in the catalogue; only
    `load_environments` compares environments.
    """
    file = read(path)
    _refuse([*_catalogue_problems(services), *_problems(file, services)])
    return file.draft.environment


def load_environments(
    folder: Path, services: Catalogue = catalogue.CATALOGUE
) -> Mapping[str, Environment]:
    """Return every environment of a folder by its name, in order.

    Raises InvalidInput with every mistake in every file, between the files and in the catalogue.
    """
    files = {name: read(path) for name, path in environment_files(folder).items()}
    problems = _catalogue_problems(services)
    for file in files.values():
        problems += _problems(file, services)
    drafts = {name: file.draft for name, file in files.items()}
    problems += [files[p.where].placed(p) for p in estate_problems(drafts, services)]
    if not files:
        problems.append(
            Problem(
                where=str(folder),
                found="no *.toml file" if folder.is_dir() else "no such folder",
                allowed="a folder with one file for each environment",
            )
        )
    _refuse(problems)
    return {name: draft.environment for name, draft in drafts.items()}


def _catalogue_problems(services: Catalogue) -> list[Problem]:
    # An unreadable file makes its service look unknown to all others: report only the file.
    return list(catalogue.PROBLEMS) or [
        replace(problem, where=catalogue.file_of(problem.where))
        for problem in call_graph_problems(services)
    ]


def _problems(file: EnvironmentFile, services: Catalogue) -> list[Problem]:
    with_catalogue = () if catalogue.PROBLEMS else draft_problems(file.draft, services)
    return [*file.problems, *map(file.placed, with_catalogue)]


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise InvalidInput(sorted(problems, key=lambda p: (p.where, p.line or 0)))
