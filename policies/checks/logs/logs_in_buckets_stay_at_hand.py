"""Buckets keep logs for a year, the last three months of them at hand.

An investigation needs twelve months of audit trail, and the latest three at once: not behind a
restore that takes hours.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block, blocks_of
from policies.engine.stack import value as get

_SLOW = {"GLACIER", "DEEP_ARCHIVE"}
_AT_HAND_DAYS = 90
_KEPT_DAYS = 365


@rule("aws_s3_bucket_lifecycle_configuration")
def judge(configuration: Block) -> list[str]:
    problems = []
    for each in configuration.blocks("rule"):
        if get(each, "status") != "Enabled":
            continue
        expires = get(each, "expiration", "days")
        if expires is not None and not _at_least(expires, _KEPT_DAYS):
            problems.append(f"rule {get(each, 'id')}: objects expire after {expires} days")
        for move in blocks_of(each, "transition"):
            days = get(move, "days")
            if get(move, "storage_class") in _SLOW and not _at_least(days, _AT_HAND_DAYS):
                problems.append(f"rule {get(each, 'id')}: objects are archived after {days} days")
    return problems


def _at_least(found: object, days: int) -> bool:
    return isinstance(found, int) and found >= days
