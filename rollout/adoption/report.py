"""Reports what AWS has of an environment, what is missing, what must change and which calls it
denied.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from rollout.adoption.encryption import AES256
from rollout.adoption.import_answers import ACTIONS, ImportAnswer
from rollout.adoption.kept import WHY
from rollout.adoption.obstacle import Obstacle
from rollout.adoption.survey import Survey


def as_data(survey: Survey, written: Path | None) -> dict[str, Any]:
    """Return the report for programs; `file` is None when nothing was written."""
    answers, missing = survey.answers, survey.missing
    adopted = [each for each in answers if each.import_id and not each.by_hand]
    return {
        "file": str(written) if written else None,
        "adopted": {str(each): each.import_id for each in adopted},
        "missing": [_line(each) for each in missing if each.expected],
        "created": [_line(each) for each in missing if not each.expected],
        "by_hand": {str(each): each.import_id for each in answers if each.by_hand},
        "keeps": {name: kept for name, kept in survey.kept.items() if kept},
        "encryption": survey.encryption,
        "first": [asdict(each) for each in survey.obstacles],
        "failed": [
            {"action": each.action, "error": each.message, "for": each.subjects}
            for each in survey.failures
        ],
        "needs": list(ACTIONS),
    }


def print_report(out: Console, survey: Survey, written: Path | None) -> None:
    """Print a line for each address that is not taken over, what is kept and what must change
    first. The sum and what to do follow.
    """
    for each in survey.missing:
        then = "not found; will be created"
        if each.expected:
            then = 'expected, not found; written as "create"' if written else "expected, not found"
        out.print(escape(f"{_line(each)}: {then}"))
    by_hand = [each for each in survey.answers if each.by_hand]
    for each in by_hand:
        then = 'write its import id, or "create", into the file by hand'
        if each.import_id:
            then = "its line in the file stays"
        out.print(escape(f"{each}: pay adopt cannot look up {each.what}; {then}"))
    _print_kept(out, survey)
    _print_encryption(out, survey)
    for obstacle in survey.obstacles:
        _print_obstacle(out, obstacle)
    for failure in survey.failures:
        out.print(f"[red]{escape(failure.action)}[/]: {escape(failure.message)}")
        out.print(f"  [dim]asked for[/] {escape(', '.join(failure.subjects))}")
    end = f"written to {written}" if written else "nothing was written"
    adopted = sum(each.import_id is not None and not each.by_hand for each in survey.answers)
    out.print(escape(f"{adopted} of {len(survey.answers) - len(by_hand)} found; {end}."))
    if written and any(survey.kept.values()):
        out.print(
            "What stays as it is: written to `keeps` of each service in the environment's file."
        )
    if survey.failures:
        out.print(
            f"[dim]->[/] allow your role these actions, all of them read: {', '.join(ACTIONS)}"
        )
    if not written and any(each.expected for each in survey.missing):
        out.print(
            "[dim]->[/] start what should run and does not. Where it is right that Terraform "
            "creates it, run this again with --allow-missing"
        )


def _print_kept(out: Console, survey: Survey) -> None:
    """Print each argument once, with all services that keep it."""
    for argument, (present, later) in WHY.items():
        if services := [name for name, kept in survey.kept.items() if argument in kept]:
            out.print(escape(f"{', '.join(services)}: {argument} stays as it is: {present}"))
            out.print(_indented(later))


def _print_encryption(out: Console, survey: Survey) -> None:
    if plain := [name for name, key in survey.encryption.items() if key == AES256]:
        out.print(
            escape(
                f"{', '.join(plain)}: encryption AES256 stays as it is. ECR never changes it, and "
                "another one would replace the repository and delete its images"
            )
        )
        out.print(_indented("the PCI gate needs a waiver of CKV_AWS_136 for them"))


def _print_obstacle(out: Console, obstacle: Obstacle) -> None:
    out.print(f"[red]x {escape(obstacle.gate)}[/]: {escape(obstacle.reason)}")
    out.print(_indented(obstacle.fix))
    for command in obstacle.commands:
        # Never broken into lines, so that it can be copied.
        out.print(escape(f"  {command}"), soft_wrap=True)


def _indented(what_to_do: str) -> Padding:
    return Padding(f"[dim]->[/] {escape(what_to_do)}", (0, 0, 0, 2))


def _line(each: ImportAnswer) -> str:
    return f"{each}: {each.what}"
