"""The environments of a folder: every mistake of every file and of the catalogue, at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pay import catalogue, environment_file
from pay.model import Environment, InvalidInput, Microservice, Problem
from pay.model.call_graph import call_graph_problems
from pay.model.estate_checks import Draft, draft_problems, estate_problems
from pay.toml_lines import TomlLines


def load_environment(
    path: Path, services: Mapping[str, Microservice] = catalogue.CATALOGUE
) -> Environment:
    """The environment that one file describes.

    Raises InvalidInput with every mistake in the file and in the catalogue. What environments must
    be to each other is checked by `load_environments` only.
    """
    [draft], problems = _read([path], services)
    _refuse(problems)
    return draft.environment


def load_environments(
    folder: Path, services: Mapping[str, Microservice] = catalogue.CATALOGUE
) -> Mapping[str, Environment]:
    """Every environment of a folder by its name, in order.

    Raises InvalidInput with every mistake in every file, between the files and in the catalogue.
    """
    paths = sorted(folder.glob("*.toml"))
    drafts, problems = _read(paths, services)
    if not paths:
        problems.append(
            Problem(
                where=str(folder),
                found="no *.toml file" if folder.is_dir() else "no such folder",
                allowed="a folder with one file for each environment",
            )
        )
    files = {path.stem: path for path in paths}
    for problem in estate_problems(dict(zip(files, drafts, strict=True)), services):
        problems.append(_placed(problem, files[problem.where]))
    _refuse(problems)
    return {name: draft.environment for name, draft in zip(files, drafts, strict=True)}


def _read(
    paths: Iterable[Path], services: Mapping[str, Microservice]
) -> tuple[list[Draft], list[Problem]]:
    problems = list(catalogue.PROBLEMS)
    # A file of the catalogue that could not be read makes its service look unknown to all others.
    is_complete = not problems
    if is_complete:
        for problem in call_graph_problems(services):
            problems.append(replace(problem, where=catalogue.file_of(problem.where)))
    drafts = []
    for path in paths:
        draft, found = environment_file.read(path)
        drafts.append(draft)
        problems += found
        if is_complete:
            problems += [_placed(p, path) for p in draft_problems(draft, services)]
    return drafts, problems


def _placed(problem: Problem, path: Path) -> Problem:
    return replace(problem, where=str(path), line=TomlLines(path.read_text()).of(problem.key))


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise InvalidInput(sorted(problems, key=lambda p: (p.where, p.line or 0)))
