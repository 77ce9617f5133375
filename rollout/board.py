"""The board: every service by environment with stage, weights, since when and the next step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from pay.model import Environment, Side, Stage
from pay.model.answers import side_shares
from pay.model.edges import promotion
from rollout.gates import Finding, Promotion, findings
from rollout.journal import weights_text
from rollout.situation import Situation
from rollout.words import short_date, span

ASKED_FOR = frozenset({"evidence", "approver"})
"""Gates that a promotion's own options answer: they do not keep a service waiting."""


@dataclass(frozen=True)
class Row:
    """A service in an environment."""

    environment: str
    service: str
    scope: str
    stage: Stage
    weights: str
    fargate_percent: int
    since: datetime | None
    by_hand: bool
    """The file was changed without the journal."""
    next_stage: Stage | None
    waits_for: tuple[Finding, ...]
    """What stands before the next stage right now."""

    def as_data(self) -> dict[str, object]:
        return {
            "environment": self.environment,
            "service": self.service,
            "scope": self.scope,
            "stage": self.stage.value,
            "weights": self.weights,
            "fargate_percent": self.fargate_percent,
            "since": self.since.isoformat() if self.since else None,
            "changed_by_hand": self.by_hand,
            "next": self.next_stage.value if self.next_stage else None,
            "waits_for": [finding.reason for finding in self.waits_for],
        }


def rows(situation: Situation, environments: Sequence[str]) -> list[Row]:
    """The board of some environments, in their order and that of their services."""
    return [
        _row(situation, environment, service)
        for environment in environments
        for service in situation.environments[environment].services
    ]


def _row(situation: Situation, environment: str, service: str) -> Row:
    target = situation.environments[environment]
    stage = target.services[service].stage
    records = target.ladder.records(stage)
    edge = promotion(target.ladder, stage)
    waits: tuple[Finding, ...] = ()
    if edge is not None:
        asked = Promotion(situation, environment, service, edge)
        waits = tuple(
            finding
            for finding in findings(asked)
            if finding.refuses and finding.gate not in ASKED_FOR
        )
    return Row(
        environment=environment,
        service=service,
        scope=situation.catalogue[service].scope.value,
        stage=stage,
        weights=weights_text(records),
        fargate_percent=int(side_shares(records).get(Side.FARGATE, 0) * 100),
        since=situation.since(environment, service),
        by_hand=situation.was_changed_by_hand(environment, service),
        next_stage=edge.after if edge else None,
        waits_for=waits,
    )


def detail(board: Sequence[Row], now: datetime, title: str, note: str | None) -> Table:
    """One environment in full."""
    table = Table(title=title, title_justify="left", caption=note, caption_justify="left")
    table.add_column("service", no_wrap=True)
    table.add_column("stage", no_wrap=True)
    table.add_column("weights", no_wrap=True, justify="right")
    table.add_column("since", no_wrap=True, justify="right")
    table.add_column("next step", ratio=1)
    for row in board:
        table.add_row(
            row.service,
            stage_text(row.stage),
            row.weights,
            since_text(row, now),
            _next_step(row),
        )
    return table


def by_chain(environments: Mapping[str, Environment]) -> list[str]:
    """The names of the environments, each after the one it follows."""

    def depth(name: str) -> int:
        before = environments[name].follows
        return 1 + depth(before) if before else 0

    return sorted(environments, key=lambda name: (depth(name), name))


def overview(board: Sequence[Row], environments: Sequence[str]) -> Table:
    """All environments beside each other, a service a row."""
    table = Table(show_lines=True)
    table.add_column("service", no_wrap=True)
    for environment in environments:
        table.add_column(environment, no_wrap=True)
    cells = {(row.service, row.environment): row for row in board}
    for service in sorted({row.service for row in board}):
        found = (cells.get((service, environment)) for environment in environments)
        table.add_row(service, *(_cell(row) for row in found))
    return table


def _cell(row: Row | None) -> Text:
    if row is None:
        return Text("-", style="dim")
    cell = stage_text(row.stage)
    if row.stage in (Stage.LEGACY, Stage.RETIRED):
        return cell
    cell.append(f" {row.weights}")
    cell.append("\n")
    cell.append(short_date(row.since) if row.since else "by hand", style="dim")
    if row.next_stage:
        cell.append(f" -> {row.next_stage}", style="dim")
    return cell


def _next_step(row: Row) -> Text:
    if row.next_stage is None:
        return Text("done", style="green")
    text = stage_text(row.next_stage)
    if row.waits_for:
        waits = ", ".join(finding.brief for finding in row.waits_for)
        text.append(f"  waits: {waits}", style="yellow")
    return text


def since_text(row: Row, now: datetime) -> Text:
    """The day, and how long ago while a service is in flight."""
    if row.since is None:
        return Text("by hand" if row.by_hand else "-", style="yellow" if row.by_hand else "dim")
    text = Text(short_date(row.since))
    if row.stage.is_in_flight:
        text.append(f", {span(now - row.since, units=1)}", style="dim")
    return text


def stage_text(stage: Stage) -> Text:
    """A stage in the colour of where the traffic is."""
    if stage is Stage.LEGACY:
        style = "dim"
    elif stage in (Stage.DARK, Stage.READY):
        style = "blue"
    elif stage.is_in_flight:
        style = "bold cyan"
    else:
        style = "green"
    return Text(stage.value, style=style)
