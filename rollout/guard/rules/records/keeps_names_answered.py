"""A name that answers keeps answering: no record goes that is sent traffic, and no name is ever
left without one. A name that is missing for a moment stays missing in resolvers for 15 minutes (RFC
2308: the negative TTL of the zone's SOA record).
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.stage_from_records import in_words
from rollout.plans.plan import Verb
from rollout.plans.read import StackPlan
from rollout.plans.records import MAX_WRITES_OF_A_NAME, Name, Write, names_in


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for name in names_in(plan.plan):
        for write in name.writes:
            yield from _write(name, write)
        if name.before and any(not state for state in (*name.states(), name.after)):
            yield Finding(
                name.writes[0].address,
                f"{name.key} has {in_words(name.before)}, and between two calls it has no record",
                "keep one record of the name where it is; convert it in place at the same address",
            )
        if not name.is_listable:
            yield Finding(
                name.writes[0].address,
                f"{len(name.writes)} records of {name.key} change at once",
                f"make at most {MAX_WRITES_OF_A_NAME} calls a name in one apply",
            )


def _write(name: Name, write: Write) -> Iterator[Finding]:
    if write.before is None:
        return
    if write.change.verb is Verb.REPLACE:
        yield Finding(
            write.address,
            f"the record of {name.key} is replaced: the name has a gap, and it may go twice",
            "keep name, type and zone; for a renamed address write a `moved` block",
        )
    elif write.after is None:
        made_again = [
            other.address
            for other in name.writes
            if other.after and other.after.set_identifier == write.before.set_identifier
        ]
        if made_again:
            yield Finding(
                write.address,
                f"the record of {name.key} is deleted here and made again as {made_again[0]}, "
                "in two calls",
                f"write `moved {{ from = {write.address}, to = {made_again[0]} }}`",
            )
        elif not write.before.is_weighted or write.before.weight != 0:
            yield Finding(
                write.address,
                f"the record of {name.key} goes while its weight is {_weight(write)}",
                "move its weight to 0 first, in an apply of its own, and wait until its side "
                "has no requests",
            )


def _weight(write: Write) -> str:
    record = write.before
    if record is None or record.is_simple:
        return "everything: it is a simple record"
    return "unknown" if record.weight is None else str(record.weight)
