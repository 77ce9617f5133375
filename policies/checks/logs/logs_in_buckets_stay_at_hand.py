"""Buckets must keep logs for a year, with the last three months immediately available.

An investigation needs twelve months of audit trail. The last three must not wait for a restore that
takes hours.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block, blocks_of, get

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
            problems.append(
                f"rule {get(each, 'id')}: objects expire after {expires} days; "
                f"required: at least {_KEPT_DAYS}"
            )
        for move in blocks_of(each, "transition"):
            days = get(move, "days")
            if get(move, "storage_class") in _SLOW and not _at_least(days, _AT_HAND_DAYS):
                problems.append(
                    f"rule {get(each, 'id')}: objects are archived after {days} days; "
                    f"required: at least {_AT_HAND_DAYS}"
                )
    return problems


def _at_least(value: object, days: int) -> bool:
    return isinstance(value, int) and value >= days
