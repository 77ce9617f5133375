"""Commits what commands recorded, and nothing else of the checkout."""

from collections.abc import Mapping
from pathlib import Path

from pay.environments.load import environment_files
from pay.model.problem import Problem
from rollout import git
from rollout.terminal.refusal import Failed

LINES = "*/*/*.jsonl"
"""KIND/ENVIRONMENT/SERVICE.jsonl: moves, verdicts, releases, migrations, answers to findings."""

AUTHOR = "pipeline"
"""The author where Git's settings name none: a build, because a person has settings."""


def commit_records(folder: Path, message: str) -> tuple[str, ...]:
    """Commit the records that are new or changed. Return their paths from the root of the checkout,
    or none when there is nothing to commit. What else is changed or staged stays as it is, and a
    record that somebody deleted stays theirs to commit. `folder` holds the environment files.

    Raises Failed outside of a checkout, during a rebase, and when Git refuses the commit.
    """
    _refuse_no_checkout(folder)
    _refuse_during_rebase(folder)
    listed = git.answer(
        folder,
        *("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--"),
        *pathspecs(folder, "glob"),
    )
    states = [(entry[:2], entry[3:]) for entry in listed.split("\0") if entry]
    files = tuple(path for state, path in states if "D" not in state)
    if files:
        paths = [f":(top,literal){path}" for path in files]
        git.answer(folder, "add", "--", *paths)
        git.answer(
            folder,
            *("commit", "--quiet", "--only", "--message", message, "--", *paths),
            variables=default_author(folder),
        )
    return files


def pathspecs(folder: Path, magic: str) -> list[str]:
    """Return the records as Git's pathspecs of some magic. They are the lines that commands append,
    and the environment files, where commands write stages and pins.
    """
    names = (path.name for path in environment_files(folder).values())
    return [f":({magic}){pattern}" for pattern in (LINES, *names)]


def default_author(folder: Path) -> Mapping[str, str]:
    """Return Git's variables that name an author; empty where somebody is named already."""
    if git.email(folder):
        return {}
    named = {"NAME": AUTHOR, "EMAIL": f"{AUTHOR}@localhost"}
    return {f"GIT_{who}_{key}": named[key] for who in ("AUTHOR", "COMMITTER") for key in named}


def failure(where: str, *, shown: str, allowed: str, fix: str) -> Failed:
    """Return a failure in the form of a mistake in a file."""
    return Failed(str(Problem(where=where, found=shown, allowed=allowed, fix=fix)))


def _refuse_no_checkout(folder: Path) -> None:
    asked = git.run(folder, "rev-parse", "--show-toplevel")
    if asked.returncode:
        raise failure(
            str(folder),
            shown=f"no checkout: {git.why(asked)}",
            allowed="environment files in a checkout of Git",
            fix="run it at the root of the checkout, or set PAY_ENVIRONMENTS",
        )


def _refuse_during_rebase(folder: Path) -> None:
    """Refuse to commit into the middle of a rebase. A killed push leaves one behind."""
    for name in ("rebase-merge", "rebase-apply"):
        if folder.joinpath(git.answer(folder, "rev-parse", "--git-path", name)).exists():
            raise failure(
                str(folder),
                shown="a rebase that has not ended",
                allowed="a checkout on a branch",
                fix="end it with `git rebase --abort`, then run this again",
            )
