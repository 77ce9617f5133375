"""Pushes committed records over what others pushed meanwhile."""

from dataclasses import dataclass
from pathlib import Path

from rollout import git
from rollout.records.commit import default_author, failure, pathspecs
from rollout.terminal.refusal import Failed

ATTEMPTS = 10
"""Each time that a push is lost another one has won, so as many as push at once are enough."""


@dataclass(frozen=True)
class Pushed:
    """The result of a push."""

    commits: int
    """The number of commits, with those that an earlier run left; 0 if none were to be pushed."""
    to: str
    """The branch of the server, `origin/main`."""


def push_records(folder: Path) -> Pushed:
    """Push the commits of the branch that its server does not have, on top of what it has.

    Raises Failed when the branch follows none, or a commit holds other files than records. It also
    does on a conflict, when the server refuses, and when ATTEMPTS others won. The commits stay on
    the branch.
    """
    remote, ref = _followed(folder)
    to = f"{remote}/{ref.removeprefix('refs/heads/')}"
    _refuse_other_commits(folder, to)
    commits = int(git.answer(folder, "rev-list", "--count", "@{upstream}..HEAD"))
    if commits:
        _push(folder, remote, ref, to)
    return Pushed(commits, to)


def _push(folder: Path, remote: str, ref: str, to: str) -> None:
    for _ in range(ATTEMPTS):
        pushed = git.run(folder, "push", "--quiet", remote, f"HEAD:{ref}")
        if pushed.returncode == 0:
            return
        git.answer(folder, "fetch", "--quiet", remote, ref)
        if git.run(folder, "merge-base", "--is-ancestor", "FETCH_HEAD", "HEAD").returncode == 0:
            # Nothing new is there, so nobody was faster.
            raise Failed(f"git push to {to}: {git.why(pushed)}")
        _rebase(folder, to)
    raise failure(
        to,
        shown=f"another push before each of {ATTEMPTS}",
        allowed="one that is the first",
        fix="the records are committed here: run this again",
    )


def _followed(folder: Path) -> tuple[str, str]:
    """Return the remote and the full name of the branch that this one follows."""
    branch = git.run(folder, "symbolic-ref", "--quiet", "--short", "HEAD").stdout.decode().strip()
    if branch:
        keys = (f"branch.{branch}.remote", f"branch.{branch}.merge")
        remote, ref = (git.run(folder, "config", key).stdout.decode().strip() for key in keys)
        if remote and ref:
            return remote, ref
    raise failure(
        f"branch {branch}" if branch else "a commit without a branch",
        shown="no branch of a server that it follows",
        allowed="a branch that follows one",
        fix="switch to it, or run `git branch --set-upstream-to=origin/main`",
    )


def _refuse_other_commits(folder: Path, to: str) -> None:
    listed = git.answer(
        folder,
        *("log", "--format=%h %s", "@{upstream}..HEAD", "--", ":(top)"),
        *pathspecs(folder, "exclude,glob"),
    )
    others = ", ".join(listed.splitlines())
    if others:
        raise failure(
            to,
            shown=f"commits to push that change other files: {others}",
            allowed="commits of records alone",
            fix="push these yourself, or take them to a branch of their own",
        )


def _rebase(folder: Path, to: str) -> None:
    """Put the commits on top of what was fetched; none of it is left when that fails."""
    ended = None
    try:
        ended = git.run(folder, "rebase", "--quiet", "FETCH_HEAD", variables=default_author(folder))
        if ended.returncode == 0:
            return
        unmerged = git.answer(folder, "diff", "--name-only", "--diff-filter=U").splitlines()
    finally:
        if ended is None or ended.returncode:
            git.run(folder, "rebase", "--abort")
    if not unmerged:
        raise Failed(f"git rebase on {to}: {git.why(ended)}")
    raise failure(
        ", ".join(unmerged),
        shown=f"another line on {to} than here",
        allowed="records that only one of both changed",
        fix=f"run `git pull --rebase`, keep both lines, then push: {to} is as it was",
    )
