"""Lists what a revert does not bring back: lost content, other ids, what is only forgotten."""

import re
from collections.abc import Iterable, Mapping

from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.records import RECORD_TYPE
from rollout.review.effects.retention import LOG_GROUP, LOG_RETENTION, is_shorter
from rollout.review.in_brief import in_brief
from rollout.review.resource_words import label, noun

_KEY = "aws_kms_key"
_LONGEST_WINDOW_DAYS = 30
"""AWS: KMS API, `ScheduleKeyDeletion`: the default of `PendingWindowInDays`."""
_CONTENT: Mapping[str, str] = {
    "aws_backup": "its backups",
    "aws_cloudwatch_log_group": "its logs",
    "aws_db_": "its data; only a snapshot, if there is one, brings back that of its moment",
    "aws_docdb": "its data; only a snapshot, if there is one, brings back that of its moment",
    "aws_dynamodb_table": "its data",
    "aws_ebs": "its data",
    "aws_ecr_repository": "its images, which running tasks are started again from",
    "aws_efs": "its files",
    "aws_elasticache": "its data",
    "aws_kinesis": "its records",
    "aws_rds_": "its data; only a snapshot, if there is one, brings back that of its moment",
    "aws_s3_bucket": "its objects",
    "aws_secretsmanager_secret": "its value, unless it is restored in its recovery window "
    "(`aws secretsmanager restore-secret`)",
    "aws_sqs_queue": "its messages",
    "aws_ssm_parameter": "its value",
}
"""Beginning of a type -> what is lost with it."""

_CONFIGURES = re.compile(
    r"aws_s3_bucket_|aws_backup_(plan|selection)|_(policy|attachment|group|rotation)$"
)
"""The types that belong to such a resource and hold nothing themselves."""


_NAMES = 120
"""Characters of names in one sentence."""


def no_way_back(changes: Iterable[ResourceChange]) -> tuple[str, ...]:
    """Return what a revert of the changes does not undo, as sentences, the worst first."""
    lost, forgotten = list[str](), list[str]()
    others, imported = list[str](), list[str]()
    shorter: dict[object, list[str]] = {}
    for change in changes:
        name = f"{noun(change.type)} {label(change)}"
        is_revision = change.type == TASK_DEFINITION and change.verb is Verb.REPLACE
        if change.change.importing is not None:
            imported.append(name)
        if change.verb is Verb.FORGET:
            forgotten.append(_forgotten(change, name))
        elif change.goes and change.type != RECORD_TYPE and not is_revision:
            content = _content(change)
            lost += [f"The {name} {content}."] if content else []
            others += [] if content else [name]
        elif change.type == LOG_GROUP and is_shorter(change, LOG_RETENTION):
            shorter.setdefault(change.after.get(LOG_RETENTION), []).append(label(change))
    sentences = [*lost, *forgotten]
    for days, names in shorter.items():
        sentences.append(f"AWS deletes logs older than {days} days: {_listed(names)}.")
    if others:
        sentences.append(f"A revert creates others, with other ids and ARNs: {_listed(others)}.")
    if imported:
        sentences.append(
            f"A revert that deletes their code destroys what was imported: {_listed(imported)}. "
            "Give it back with a `removed` block and `destroy = false`."
        )
    return tuple(sentences)


def _listed(names: list[str]) -> str:
    return in_brief(names, length=_NAMES, separator=", ")


def _forgotten(change: ResourceChange, name: str) -> str:
    id = change.before.get("id") or change.before.get("arn") or "its id"
    return (
        f"The {name} stays in AWS but leaves the state, so a revert alone creates a second one. "
        f"Import it again, with an `import` block and the id {id}."
    )


def _content(change: ResourceChange) -> str:
    """Return what is lost with a resource beyond its id; empty if nothing else is."""
    if change.type == _KEY:
        days = change.before.get("deletion_window_in_days") or _LONGEST_WINDOW_DAYS
        return (
            f"is deleted after {days} days, and what it encrypted is unreadable then. Before that "
            "`aws kms cancel-key-deletion` keeps it, and it has to be imported again"
        )
    if change.type != LOG_GROUP and _CONFIGURES.search(change.type):
        return ""
    begins = (lost for start, lost in _CONTENT.items() if change.type.startswith(start))
    lost = next(begins, "")
    return f"loses {lost}" if lost else ""
