"""Show what protective monitoring finds, and record answers.

Reads GuardDuty, Security Hub, Inspector and the scans of images, by the road of the account. It
uses the AWS credentials of the shell and changes nothing there. Critical and high findings have to
be resolved within a month (PCI DSS v4.0.1, 6.3.3, 11.3.1). A tool that does not answer is named,
because what is not ours to see is not nothing.

Exit codes: 0 fine, 1 a finding is late, 2 wrong use, 3 a tool or finding is not readable.

Example: `pay findings test-12 --since 7d`
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from pay.model import Environment
from rollout.aws.clients import asking
from rollout.findings.about import read_about
from rollout.findings.answer_record import FindingAnswer, FindingVerdict, read_answers
from rollout.findings.close import acknowledge as write_acknowledgement
from rollout.findings.close import begun, chosen
from rollout.findings.close import close as write_closure
from rollout.findings.finding import SecurityFinding, short_id
from rollout.findings.listing import lines
from rollout.findings.month_report import as_data as month_as_data
from rollout.findings.month_report import print_month
from rollout.findings.months import answered
from rollout.findings.page import as_page
from rollout.findings.read import Answers
from rollout.findings.report import as_data, mistakes, print_report
from rollout.moves.stage_file import locked
from rollout.moves.standings import Standings, load_standings
from rollout.terminal.arguments import (
    EnvironmentName,
    Json,
    OptionalEnvironmentName,
    duration,
    environments_folder,
    now,
)
from rollout.terminal.console import (
    Command,
    ShowsFirst,
    choose,
    console,
    print_findings,
    print_json,
)
from rollout.terminal.environments import load_for
from rollout.terminal.output_files import writable, write_output
from rollout.terminal.time_text import local

NOT_READ = 3
"""The exit code when nobody knows what a tool would say, as of a judge without enough data."""

A_WEEK = timedelta(days=7)

findings = typer.Typer(cls=ShowsFirst, add_completion=False, help=__doc__)

FindingId = Annotated[
    str, typer.Argument(metavar="ID", help="As `pay findings ENV` prints it, or the tool's own.")
]


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a month; write it as 2026-11.") from None


@findings.command(cls=Command)
def show(
    environment: EnvironmentName,
    since: Annotated[
        timedelta | None,
        typer.Option(
            metavar="TIME",
            parser=duration,
            help="How far back findings that are over are shown; default: `7d`.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write an HTML page.", callback=writable),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show open findings with their deadlines, and those that are over or suppressed."""
    folder = environments_folder()
    standings = load_standings(folder, now(), environment)
    target = choose(environment, standings.environments, "ENV")
    answers = read_answers(folder, [environment], standings.now)[environment]
    earliest = standings.now - (since or A_WEEK)
    reported = _read(standings, target, earliest)
    listed = lines(reported.findings, answers, standings, environment, earliest)
    if html:
        write_output(
            html, as_page(environment, listed, reported.unread, reported.left_out).encode()
        )
    if as_json:
        print_json(as_data(environment, listed, reported.unread, reported.left_out))
    else:
        print_report(console(), environment, listed, reported.unread, reported.left_out)
        print_findings(console(), mistakes(environment, listed, reported.unread))
    if any(each.is_late for each in listed):
        raise typer.Exit(1)
    if reported.unread:
        raise typer.Exit(NOT_READ)


@findings.command(cls=Command)
def acknowledge(environment: EnvironmentName, finding: FindingId, as_json: Json = False) -> None:
    """Record that somebody looks at a finding from now on.

    A second time changes nothing.
    """
    folder = environments_folder()
    with locked(folder):
        at, answers, chosen_finding = _asked_for(folder, environment, finding)
        answer, was_there = write_acknowledgement(folder, environment, chosen_finding, answers, at)
    _print_answer(answer, was_there, as_json=as_json)


@findings.command(cls=Command)
def close(
    environment: EnvironmentName,
    finding: FindingId,
    verdict: Annotated[
        FindingVerdict, typer.Option(metavar="WORD", help="`real`, `false` or `drill`.")
    ],
    minutes: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="The time it took; default: since acknowledged."),
    ] = None,
    note: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What it was. No secret, no address: Git keeps it."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Record what became of a finding and how long that took.

    One that is seen again later is open again. A second time with the same verdict changes nothing.
    """
    folder = environments_folder()
    with locked(folder):
        at, answers, chosen_finding = _asked_for(folder, environment, finding)
        answer, was_there = write_closure(
            folder,
            environment,
            chosen_finding,
            answers,
            at,
            verdict=verdict,
            minutes=minutes,
            note=note,
        )
    _print_answer(answer, was_there, as_json=as_json)


@findings.command(cls=Command)
def report(
    month: Annotated[
        date, typer.Option(metavar="MONTH", parser=_month, help="For example `2026-11`.")
    ],
    environment: OptionalEnvironmentName = None,
    as_json: Json = False,
) -> None:
    """Show what findings took in a month, from the record alone and without AWS.

    Proposes a suppression for what was false three times, as TOML.
    """
    folder = environments_folder()
    environments = load_for(folder, environment)
    names = [environment] if environment else list(environments)
    if environment:
        choose(environment, environments, "ENV")
    record = read_answers(folder, names, now())
    closed = answered(record, month)
    if as_json:
        print_json(month_as_data(month, closed, record, now().date()))
    else:
        print_month(console(), month, closed, record, now().date())


def _asked_for(
    folder: Path, environment: str, finding: str
) -> tuple[datetime, tuple[FindingAnswer, ...], FindingAnswer | SecurityFinding]:
    """Return the time, the answers of the environment, and the finding or its acknowledgement."""
    standings = load_standings(folder, now(), environment)
    target = choose(environment, standings.environments, "ENV")
    answers = read_answers(folder, [environment], standings.now)[environment]
    chosen_finding = begun(finding, answers) or chosen(
        finding, environment, _read(standings, target, standings.now - A_WEEK)
    )
    return standings.now, answers, chosen_finding


def _print_answer(answer: FindingAnswer, was_there: bool, *, as_json: bool) -> None:
    if as_json:
        print_json(answer.model_dump(mode="json") | {"already_there": was_there})
        return
    done = f"closed as {answer.verdict}, {answer.minutes} min" if answer.verdict else "acknowledged"
    already = "already " if was_there else ""
    console().print(f"{short_id(answer.key)} {already}{done}, {local(answer.at)}")


def _read(standings: Standings, target: Environment, since: datetime) -> Answers:
    with asking(target) as client:
        return read_about(standings, target, client, since)
