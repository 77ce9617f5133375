"""The gates before a promotion, all at once; a rollback passes none.

A gate is a function of a promotion and returns a finding or None. A finding refuses, or warns where
only real payments justify refusing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pay.model import Environment, Stage
from pay.model.judging.part import Verdict
from pay.model.stage import invariants
from pay.model.stage.conditions import measurements, needs_approver
from pay.model.stage.dwell import LOCAL_ZONE, has_seen_a_peak, peak_of, shortest_dwell
from pay.model.stage.transitions import Direction, Edge, promotion
from rollout.contracts.seen import SeenState
from rollout.moves.covered import NOT_WATCHED, Covered
from rollout.moves.journal import move, stripped
from rollout.moves.judged import NOT_ASKED, Judged
from rollout.moves.smoked import NOT_SMOKED, Smoked
from rollout.moves.standings import Standings
from rollout.moves.watched import NOTHING_WATCHED, Watched
from rollout.smoke.verdict import Outcome
from rollout.terminal.refusal import Finding, Refused
from rollout.terminal.time_text import local, short_moment, span


@dataclass(frozen=True)
class Promotion:
    """A move forward that is asked for."""

    standings: Standings
    environment: str
    service: str
    edge: Edge
    evidence: str | None = None
    adjacent: str | None = None
    approvers: tuple[str, ...] = ()
    expected: Stage | None = None
    """The stage that the person expects to reach; None for whichever is next."""
    judged: Judged = NOT_ASKED
    smoked: Smoked = NOT_SMOKED
    watched: Watched = NOTHING_WATCHED
    covered: Covered = NOT_WATCHED

    @property
    def target(self) -> Environment:
        return self.standings.environments[self.environment]

    @property
    def stages_after(self) -> dict[str, Stage]:
        """Return the environment's stages after this move."""
        return {**self.standings.stages(self.environment), self.service: self.edge.after}

    @property
    def moving_neighbours(self) -> tuple[str, ...]:
        """Return the neighbours in the call graph that would move together with this service."""
        if not self.edge.after.is_in_flight:
            return ()
        return invariants.moving_neighbours(
            self.service, self.stages_after, self.standings.catalogue
        )


def next_move(environment: Environment, service: str) -> Edge:
    """Return the move of a service to its next stage. Raises Refused at the last stage."""
    stage = environment.services[service].stage
    if edge := promotion(environment.ladder, stage):
        return edge
    over = f"{service} is {stage} in {environment.name}: the move is over"
    what = f"{service} in {environment.name} from {stage}"
    raise Refused(what, [Finding("end", over, "nothing is left to do")])


def findings(asked: Promotion) -> tuple[Finding, ...]:
    """Return every reason that blocks a promotion, and every warning."""
    if not invariants.may_be_gated(asked.edge):
        return ()
    return tuple(finding for gate in GATES if (finding := gate(asked)))


def stage_is_the_next(p: Promotion) -> Finding | None:
    """Refuse every stage but the next, because a skipped stage was not judged."""
    if p.expected in (None, p.edge.after):
        return None
    return Finding(
        "next-stage",
        f"{p.service} is at {p.edge.before} and moves on to {p.edge.after}, not to {p.expected}",
        "move one stage at a time; the way back is `pay rollback`",
    )


def environment_is_open(p: Promotion) -> Finding | None:
    """Refuse every move forward in a frozen environment."""
    if p.target.frozen is None:
        return None
    return Finding(
        "frozen",
        f"{p.environment} is frozen: {p.target.frozen}",
        f"wait, or delete the line `frozen` of {p.environment}.toml when the reason is over",
        "frozen",
    )


def environment_before_has_passed(p: Promotion) -> Finding | None:
    """Refuse to overtake the environment that this one follows (I15)."""
    before = p.target.follows
    if before is None:
        return None
    reached = p.standings.environments[before].services[p.service].stage
    timing = p.standings.catalogue[p.service].timing
    since = p.standings.since(before, p.service)
    if invariants.has_passed(p.edge.after, reached, timing, since, p.standings.now):
        return None
    if reached is not p.edge.after:
        reason = f"{p.service} is at {reached} in {before}, so {p.environment} would be ahead"
        fix = f"bring it to {p.edge.after} there first: pay promote {before} {p.service}"
    elif since is None:
        reason, fix = _unknown_since(p.standings, before, p.service)
    else:
        reason = f"{p.service} has not been at {p.edge.after} in {before} for long enough"
        fix = f"wait until {local(since + shortest_dwell(p.edge.after, timing))}"
    return Finding("follows", reason, fix, f"after {before}")


def environment_has_room(p: Promotion) -> Finding | None:
    """Refuse to bring one service too many into flight (I18). One in flight may always continue."""
    if p.edge.before.is_in_flight or not p.edge.after.is_in_flight:
        return None
    if invariants.has_room(p.stages_after, p.target.max_in_flight):
        return None
    flying = [n for n, stage in p.standings.stages(p.environment).items() if stage.is_in_flight]
    return Finding(
        "in-flight",
        f"{len(flying)} services are in flight in {p.environment} "
        f"({', '.join(flying)}), and {p.target.max_in_flight} may be",
        "bring one of them to detached first, or back to legacy from dark",
        "no room",
    )


def neighbours_stand_still(p: Promotion) -> Finding | None:
    """Refuse to move two neighbours in the call graph at a time (I18)."""
    if stripped(p.adjacent) or not p.moving_neighbours:
        return None
    stages = p.standings.stages(p.environment)
    moving = ", ".join(f"{name} ({stages[name]})" for name in p.moving_neighbours)
    return Finding(
        "adjacent",
        f"{p.service} calls or is called by {moving}: an error could come from either",
        'wait until that is detached, or say why both may move: --allow-adjacent "REASON"',
        "beside " + ", ".join(p.moving_neighbours),
    )


def metrics_do_not_fail(p: Promotion) -> Finding | None:
    """Refuse to promote from a stage whose metrics fail, whatever a person says of it (I13)."""
    judgement = p.judged.judgement
    if judgement is None or judgement.verdict is not Verdict.FAIL:
        return None
    return Finding(
        "judge",
        f"the judge says FAIL at {p.edge.before}: {judgement.reasons(Verdict.FAIL)}",
        f'go back: pay rollback {p.environment} {p.service} --because "the judge says FAIL"',
        "FAIL",
    )


def measurements_are_given(p: Promotion) -> Finding | None:
    """Require that metrics pass, or that a person says what shows it (I13). In production a second
    person agrees to go on without a verdict.
    """
    asked = measurements(p.edge)
    judgement = p.judged.judgement
    if not asked or (judgement and judgement.verdict is Verdict.FAIL):
        return None
    if judgement and judgement.verdict is Verdict.PASS:
        return None
    missing = "nothing says that " + ", and that ".join(asked)
    if judgement:
        missing = f"NOT ENOUGH DATA: {judgement.reasons(Verdict.NOT_ENOUGH_DATA)}"
    elif p.judged.why_not:
        missing = f"no metrics could be judged: {p.judged.why_not}"
    if not invariants.has_evidence(p.evidence):
        fix = 'measure it and say where it can be seen: --evidence "TEXT"'
        return Finding("evidence", missing, fix, "evidence")
    if not p.judged.was_asked:
        return None
    needs_role = p.target.production and not any(map(stripped, p.approvers))
    fix = "ask, and name the role that agrees to go on without a verdict: --approver ROLE"
    return Finding("judge", missing, fix if needs_role else "watch it", refuses=needs_role)


def smoke_tests_pass(p: Promotion) -> Finding | None:
    """Refuse a record for a side that fails its smoke tests. Where no run shows that
    it passes, a person says what does; in production a second person agrees.
    """
    verdict = p.smoked.verdict
    if not p.smoked.was_asked or (verdict and verdict.outcome is Outcome.PASSED):
        return None
    if verdict and verdict.outcome is Outcome.FAILED:
        return Finding(
            "smoke",
            f"the smoke tests of Fargate say FAILED: {verdict.reasons(Outcome.FAILED)}",
            f"repair the side, then try it: pay smoke {p.environment} --side fargate",
            "FAILED",
        )
    missing = f"no smoke tests could run: {p.smoked.why_not}"
    if verdict:
        missing = f"the smoke tests say NOT KNOWN: {verdict.reasons(Outcome.NOT_KNOWN)}"
    if not invariants.has_evidence(p.evidence):
        if verdict is None:
            return None  # `measurements_are_given` asks for the same evidence.
        fix = 'repair it, or say what shows that the side works: --evidence "TEXT"'
        return Finding("smoke", missing, fix, "NOT KNOWN")
    needs_role = p.target.production and not any(map(stripped, p.approvers))
    fix = "ask, and name the role that agrees to go on without smoke tests: --approver ROLE"
    return Finding("smoke", missing, fix if needs_role else "watch it", refuses=needs_role)


def findings_are_answered(p: Promotion) -> Finding | None:
    """Refuse to move a side on which something happened until somebody has looked. In production a
    second person answers for what a tool does not show.
    """
    if p.watched.findings:
        reasons = "; ".join(
            f"{each.id} on {' and '.join(each.sides) or 'a side'}, {each.what}"
            for each in p.watched.findings
        )
        return Finding(
            "findings",
            f"{p.service} has open findings: {reasons}",
            "look at it (docs/tasks/answer-a-finding.md), then say what it was: "
            f"pay findings close {p.environment} {p.watched.findings[0].id} --verdict real|false",
            "open findings",
        )
    if not p.watched.unread:
        return None
    records = p.target.ladder.records
    moves_traffic = records(p.edge.before) != records(p.edge.after)
    has_agreed = any(map(stripped, p.approvers))
    needs_role = p.target.production and moves_traffic and not has_agreed
    fix = "ask, and name the role that agrees to go on: --approver ROLE"
    return Finding(
        "findings",
        f"nobody knows of findings on {p.service}: {'; '.join(p.watched.unread)}",
        fix if needs_role else f"see what is missing: pay findings {p.environment}",
        "findings not known",
        refuses=needs_role,
    )


def tasks_are_watched(p: Promotion) -> Finding | None:
    """Refuse a record for a side whose tasks run unwatched in a watched account (PCI DSS v4.0.1,
    5.3.2 and 11.5.1). What AWS does not let us see, a person says; in production a second person
    agrees.
    """
    coverage = p.covered.coverage
    if not p.covered.was_asked or (coverage and coverage.state is SeenState.ON):
        return None
    if coverage and coverage.state is SeenState.OFF:
        return Finding(
            "watched", f"GuardDuty does not watch it: {coverage.reasons}", coverage.fix, "unwatched"
        )
    why = coverage.denied if coverage else p.covered.why_not
    missing = f"whether GuardDuty watches it is not ours to see: {why}"
    if not invariants.has_evidence(p.evidence):
        fix = 'ask whoever sees it, and say what it shows: --evidence "TEXT"'
        return Finding("watched", missing, fix, "watched?")
    needs_role = p.target.production and not any(map(stripped, p.approvers))
    fix = "ask, and name the role that agrees to go on without seeing it: --approver ROLE"
    return Finding("watched", missing, fix if needs_role else "watch it", refuses=needs_role)


def approver_is_named(p: Promotion) -> Finding | None:
    """Require a second person for a move that is hard to take back."""
    if not needs_approver(p.edge) or any(map(stripped, p.approvers)):
        return None
    undone = (
        "destroys the EC2 side and cannot be taken back"
        if p.edge.after is Stage.RETIRED
        else "takes EC2's record away"
    )
    return Finding(
        "approver",
        f"{p.edge.after} {undone}, and no role that agrees is named",
        "ask, and name the role: --approver ROLE",
        "approver",
    )


def clients_have_followed(p: Promotion) -> Finding | None:
    """Hold a move until clients follow the weights (I12); outside production, warn. What is
    measured too early belongs to the weights before.
    """
    stage, timing = p.edge.before, p.standings.catalogue[p.service].timing
    dwell = shortest_dwell(stage, timing)
    if not dwell:
        return None
    strict = p.target.production
    since = p.standings.since(p.environment, p.service)
    if since is None:
        reason, fix = _unknown_since(p.standings, p.environment, p.service)
        return Finding("dwell", reason, fix, "since when?", strict)
    if invariants.has_dwelt(stage, timing, since, p.standings.now):
        return None
    return Finding(
        "dwell",
        f"{p.service} is at {stage} since {local(since)}; it stays at least {span(dwell)}",
        f"wait until {local(since + dwell)}" if strict else "production waits here",
        f"from {short_moment(since + dwell)}",
        strict,
    )


def peak_was_seen(p: Promotion) -> Finding | None:
    """Hold cutover until Fargate has carried a share of a whole daily peak; outside production,
    warn.
    """
    if p.edge.after is not Stage.CUTOVER:
        return None
    if has_seen_a_peak(p.target.ladder, p.standings.stays(p.environment, p.service)):
        return None
    strict = p.target.production
    return Finding(
        "peak",
        f"{p.service} has seen no whole daily peak (Monday to Friday) from quarter to most",
        "wait until one is over" if strict else "production waits for one here",
        "after a daily peak",
        strict,
    )


def outside_the_peak(p: Promotion) -> Finding | None:
    """Warn that weights of real payments better move before or after the busiest hours."""
    now = p.standings.now
    peak = peak_of(now.astimezone(LOCAL_ZONE).date())
    records = p.target.ladder.records
    changes_answers = records(p.edge.before) != records(p.edge.after)
    if not (p.target.production and changes_answers and peak and peak[0] <= now < peak[1]):
        return None
    return Finding(
        "busy",
        f"this is the daily peak (until {peak[1]:%H:%M})",
        "move after it unless the peak is what you want to measure",
        refuses=False,
    )


GATES: tuple[Callable[[Promotion], Finding | None], ...] = (
    stage_is_the_next,
    environment_is_open,
    environment_before_has_passed,
    environment_has_room,
    neighbours_stand_still,
    approver_is_named,
    metrics_do_not_fail,
    measurements_are_given,
    smoke_tests_pass,
    findings_are_answered,
    tasks_are_watched,
    clients_have_followed,
    peak_was_seen,
    outside_the_peak,
)


def _unknown_since(standings: Standings, environment: str, service: str) -> tuple[str, str]:
    """Return the reason and the fix when a stage was changed by hand."""
    target = standings.environments[environment]
    stage = target.services[service].stage
    before = standings.last_recorded(environment, service)
    is_forward = stage.position > before.position
    direction = Direction.FORWARD if is_forward else Direction.ROLLBACK
    edge = Edge(before=before, after=stage, direction=direction)
    line = move(target.ladder, edge, at=standings.now, by="you").line().strip()
    return (
        f"the journal does not say since when {service} is at {stage} in {environment}",
        f"if its line was changed by hand, add the move, with the time of the deploy, to "
        f"journal/{environment}/{service}.jsonl: {line}",
    )
