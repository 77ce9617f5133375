"""Judges the critical alarms of both sides."""

from collections.abc import Collection, Mapping

from pay.model.judging.part import Part, Verdict
from pay.model.vocabulary import Side


def judge_alarms(
    ringing: Mapping[str, Mapping[Side, bool | None]],
    still_see_before: Collection[str] = (),
    *,
    ec2_warns: Collection[str] = (),
) -> Part:
    """Judge the critical alarms. - Both evaluate their target's health. So DNS itself (Route 53's
    data plane) leaves out a sick side, without a deployment. None: it does not exist.

    While EC2 is in any ALARM as well, a rollback would lead requests to a side that fails. Of
    another kind, each side may have a fault of its own, so a person decides. Alarms that
    `still_see_before` may be in ALARM because of minutes before the stage. They show a fault that a
    rollback ended, or tasks that only the stage asks for. Those that are in `ec2_warns` only warn
    on EC2, and excuse an alarm of the same kind only.
    """
    if not ringing:
        return Part(verdict=Verdict.NOT_ENOUGH_DATA, reason="no critical alarm exists")
    on_fargate = [name for name, sides in ringing.items() if sides.get(Side.FARGATE)]
    on_ec2 = [name for name, sides in ringing.items() if sides.get(Side.EC2)]
    is_sick = any(name not in ec2_warns for name in on_ec2)
    only_there = [] if is_sick else [name for name in on_fargate if name not in on_ec2]
    if alone := [name for name in only_there if name not in still_see_before]:
        reason = f"in ALARM on Fargate and not on EC2: {', '.join(alone)}"
        return Part(verdict=Verdict.FAIL, reason=reason)
    if only_there:
        reason = f"{', '.join(only_there)}: in ALARM on Fargate, maybe for minutes before the stage"
        return Part(
            verdict=Verdict.NOT_ENOUGH_DATA,
            reason=reason,
            needs="a look once it sees only the stage",
        )
    if missing := [
        f"{name} on {side}"
        for name, sides in ringing.items()
        for side, state in sides.items()
        if state is None
    ]:
        reason = f"critical alarms that do not exist: {', '.join(missing)}"
        return Part(verdict=Verdict.NOT_ENOUGH_DATA, reason=reason, escalate=True)
    if on_fargate:
        reason = (
            f"both sides are in ALARM: {', '.join(on_fargate)} on Fargate, {', '.join(on_ec2)} on "
            "EC2; a rollback does not help"
        )
        own = [name for name in on_fargate if name not in on_ec2]
        return Part(
            verdict=Verdict.NOT_ENOUGH_DATA,
            reason=reason,
            needs="EC2 without an alarm, to see whose fault Fargate's is" if own else None,
            escalate=bool(own),
        )
    if on_ec2:
        return Part(verdict=Verdict.PASS, reason=f"in ALARM on EC2 only: {', '.join(on_ec2)}")
    return Part(verdict=Verdict.PASS, reason=f"none of {len(ringing)} critical alarms is in ALARM")
