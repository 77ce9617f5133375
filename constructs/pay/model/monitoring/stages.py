"""The stages at which composite alarms stand over the alarms of both sides.

They stand while a record leads to each side. A side is added a stage before its first record and
removed a stage after its last. So no composite alarm ever names an alarm that the same move
deletes. AWS refuses to delete a named alarm (API reference, `DeleteAlarms`).
"""

from pay.model.environment.environment import Environment
from pay.model.environment.monitoring import Notifying
from pay.model.stage.stage import Ladder, Stage
from pay.model.stage.transitions import transitions
from pay.model.vocabulary import Side


def has_both_records(ladder: Ladder, stage: Stage) -> bool:
    """Return whether a record leads to each side."""
    return len(ladder.records(stage)) == len(Side)


def has_composites(environment: Environment, stage: Stage) -> bool:
    """Return whether composite alarms stand over the alarms of both sides at `stage`."""
    return environment.monitoring is not None and has_both_records(environment.ladder, stage)


def composites_alone_notify(environment: Environment, stage: Stage) -> bool:
    """Return whether the alarms of the sides leave notifying to the composite alarms.

    Only where no move begins or ends at a stage without them. One move then never changes both, so
    in every order of its applies somebody is notified.
    """
    monitoring = environment.monitoring
    if monitoring is None or monitoring.notifying is not Notifying.COMPOSITES:
        return False
    near = {
        end
        for edge in transitions(environment.ladder)
        if stage in (edge.before, edge.after)
        for end in (edge.before, edge.after)
    }
    return all(has_both_records(environment.ladder, each) for each in near)
