"""The environments of a folder: every mistake of every file and of the catalogue, at once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from pay import catalogue
from pay.environments.copies import copies
from pay.environments.file import EnvironmentFile, read
from pay.model import Environment, InvalidInput, Problem
from pay.model.checks.estate import Draft, draft_problems, estate_problems, follows_problems
from pay.model.service.call_graph import Catalogue, call_graph_problems
from pay.model.watching.suppressions import FILE as SUPPRESSIONS


def environment_files(folder: Path) -> dict[str, Path]:
    """Return the environment files of a folder by the name of their environment, in order. A file
    whose name begins with a dot is an editor's or the system's.
    """
    files = sorted(folder.glob("[!.]*.toml"))
    return {path.stem: path for path in files if path.name != SUPPRESSIONS}


def load_environment(path: Path, services: Catalogue = catalogue.CATALOGUE) -> Environment:
    """Return the environment of one file.

    Raises InvalidInput with every mistake in the file and in the catalogue; only
    `load_environments` compares environments.
    """
    file = read(path)
    if problems := [*_catalogue_problems(services), *_problems(file, services)]:
        raise InvalidInput(sorted(problems, key=_place))
    return file.draft.environment


def load_environments(
    folder: Path, services: Catalogue = catalogue.CATALOGUE
) -> Mapping[str, Environment]:
    """Return every environment of a folder by its name, in order.

    Raises InvalidInput with every mistake in every file, between the files and in the catalogue.
    """
    return load_needed(folder, lambda _: True, services)[0]


def load_needed(
    folder: Path,
    is_needed: Callable[[str], bool],
    services: Catalogue = catalogue.CATALOGUE,
    *,
    with_followed: bool = True,
) -> tuple[Mapping[str, Environment], tuple[Problem, ...]]:
    """Return the environments without a mistake by name, in order, and the mistakes of those that
    are not needed. A mistake in one environment must not block the deploy of another.

    Of two files that do not go together, the one that is not needed is wrong. Raises InvalidInput
    with every mistake of a needed environment, of those that it follows (if `with_followed`) and of
    the catalogue.
    """
    files = {name: read(path) for name, path in environment_files(folder).items()}
    drafts = {name: file.draft for name, file in files.items()}
    needed = {name for name in files if is_needed(name)}
    if with_followed:
        needed = _with_followed(drafts, needed)
    own = _mistakes(files, needed, services)
    chains = dict[str, list[Problem]]()
    for problem in follows_problems(drafts):
        chains.setdefault(problem.where, []).append(files[problem.where].placed(problem))

    def of(name: str) -> list[Problem]:
        asks_chain = with_followed or name not in needed
        return own[name] + chains.get(name, []) * asks_chain

    refused = [*_catalogue_problems(services), *(each for name in needed for each in of(name))]
    if not files:
        refused.append(
            Problem(
                where=str(folder),
                found="no *.toml file" if folder.is_dir() else "no such folder",
                allowed="a folder with one file for each environment",
            )
        )
    if refused:
        raise InvalidInput(sorted(refused, key=_place))
    right = {name: file.draft.environment for name, file in files.items() if not of(name)}
    spared = chain(*own.values(), *chains.values())
    return right, tuple(sorted(spared, key=_place))


def _mistakes(
    files: Mapping[str, EnvironmentFile], needed: Collection[str], services: Catalogue
) -> dict[str, list[Problem]]:
    """Return the mistakes of each file, beside what it follows."""
    mistakes = {name: _problems(file, services) for name, file in files.items()}
    # Of two that share a name the later is wrong.
    needed_first = sorted(files, key=lambda name: name not in needed)
    drafts = {name: files[name].draft for name in needed_first}
    for copy in copies(files, needed):
        name = copy.copy.path.stem
        mistakes[name] += copy.problems()
        # That its names are not its own would say the same for each service.
        drafts[name] = replace(drafts[name], broken=drafts[name].broken | {"dns"})
    for problem in estate_problems(drafts, services):
        mistakes[problem.where].append(files[problem.where].placed(problem))
    return mistakes


def _place(problem: Problem) -> tuple[str, int]:
    return problem.where, problem.line or 0


def _with_followed(drafts: Mapping[str, Draft], needed: set[str]) -> set[str]:
    """Return these environments and all that they follow."""
    unseen = sorted(needed)
    while unseen:
        draft = drafts[unseen.pop()]
        follows = draft.environment.follows if draft.readable("follows") else None
        if follows and follows in drafts and follows not in needed:
            needed = {*needed, follows}
            unseen.append(follows)
    return needed


def _catalogue_problems(services: Catalogue) -> list[Problem]:
    # An unreadable file makes its service look unknown to all others. Report only the file.
    return list(catalogue.PROBLEMS) or [
        replace(problem, where=catalogue.file_of(problem.where))
        for problem in call_graph_problems(services)
    ]


def _problems(file: EnvironmentFile, services: Catalogue) -> list[Problem]:
    with_catalogue = () if catalogue.PROBLEMS else draft_problems(file.draft, services)
    return [*file.problems, *map(file.placed, with_catalogue)]
