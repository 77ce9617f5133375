"""Examines everything that a first plan needs, in order, and continues after a failure."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from pay.catalogue import CATALOGUE
from pay.environments.load import environment_files
from pay.model import Environment
from rollout.aws.clients import Client, asking
from rollout.contracts.quotas.ask import ask
from rollout.contracts.reach.missing import compare, ends, needed
from rollout.contracts.reach.network import read_places
from rollout.doctor.agent import agent_lines
from rollout.doctor.finding_topics import finding_topic_lines
from rollout.doctor.line import DoctorLine, fails, ok
from rollout.doctor.lookups import lookup_lines
from rollout.doctor.old_events import event_lines
from rollout.doctor.roles import role_lines
from rollout.doctor.state_bucket import state_lines
from rollout.doctor.stopped_databases import stopped_lines
from rollout.doctor.topics import topic_lines
from rollout.terminal.arguments import now
from rollout.terminal.refusal import Refused
from toolchain.paths import ROOT
from toolchain.setup.terraform import TERRAFORM
from toolchain.setup.tools import version_of


def examine(
    environment: Environment,
    environments: Mapping[str, Environment],
    folder: Path,
    *,
    plan_role: str | None,
    apply_role: str | None,
) -> Iterator[DoctorLine]:
    """Yield a line for each thing that a plan or an apply of the environment needs.

    `folder` holds the environment files; a role is the ARN with which a pipeline works, if known.
    """
    terraform = _terraform()
    yield terraform
    yield from event_lines(environment_files(folder)[environment.name], now())
    try:
        with asking(environment) as client:
            caller = client("sts").get_caller_identity()["Arn"]
            yield ok("credentials", f"{caller}, of account {environment.account_id}")
            yield from role_lines(
                environment, client, {"PLAN_ROLE_ARN": plan_role, "APPLY_ROLE_ARN": apply_role}
            )
            yield from state_lines(environment, client, apply_role)
            if not terraform.fix:
                yield from lookup_lines(environment, ROOT, folder)
            yield from topic_lines(environment, client)
            yield from stopped_lines(environment, client)
            yield from finding_topic_lines(environment, client)
            yield from agent_lines(environment, client)
            yield from _reach(environment, client)
            yield from _quotas(environment, environments, client)
    except Refused as refusal:
        yield from _refused(refusal)


def _terraform() -> DoctorLine:
    program = shutil.which(TERRAFORM.name)
    version = version_of(Path(program)) if program else None
    shown = ".".join(map(str, version)) if version else "no version"
    if version and TERRAFORM.fits(version):
        return ok("terraform", shown)
    answer = f"{program} is {shown}" if program else "it is not on PATH"
    fix = f'needed: {TERRAFORM.needed}; run `make setup`, then `eval "$(make -s env)"`'
    return fails("terraform", answer, fix)


def _reach(environment: Environment, client: Client) -> Iterator[DoctorLine]:
    """Yield what `pay reach` shows, in a line."""
    check, command = "reach", f"run `pay reach {environment.name}`"
    asked = needed(list(environment.services), environment, CATALOGUE)
    try:
        places = read_places(ends(asked), environment, CATALOGUE, client)
    except Refused as refusal:
        yield from _refused(refusal)
        return
    report = compare(environment, asked, places)
    if report.is_complete:
        yield ok(check, f"all {len(asked)} connections are open")
    else:
        lacks = f"{len(report.missing)} rules missing, {len(report.not_found)} ends not found"
        yield fails(check, lacks, f"{command}, which prints what to add")


def _quotas(
    environment: Environment, environments: Mapping[str, Environment], client: Client
) -> Iterator[DoctorLine]:
    """Yield what `pay quotas` shows: a line for each quota that is too small, else one."""
    lines, unanswered = ask(environment, environments.values(), client)
    for finding in unanswered:
        yield fails("quotas", finding.reason, finding.fix)
    for line in lines:
        if not line.is_enough:
            place = f"{line.quota.name} {line.of}".strip()
            yield fails("quotas", f"{place}: {line.allowed}, needed {line.needed}", line.fix)
    if not unanswered and all(line.is_enough for line in lines):
        yield ok("quotas", f"all {len(lines)} are enough")


def _refused(refusal: Refused) -> Iterator[DoctorLine]:
    for finding in refusal.findings:
        yield fails(finding.gate, finding.reason, finding.fix)
