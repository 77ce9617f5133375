"""What the judge reads of the alarms of both sides."""

from collections.abc import Mapping
from typing import Any

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage, names
from pay.model.judging.alarms import judge_alarms
from pay.model.judging.part import Verdict
from rollout.measure.running_side import read_alarms
from tests.support.metrics import sides_of
from tests.support.plans import at


class Alarms:
    """CloudWatch, with alarms that are OK but for some."""

    def __init__(self, *ringing: str) -> None:
        self._ringing = ringing

    def describe_alarms(self, *, AlarmNames: list[str], **_: object) -> Mapping[str, Any]:
        def state(name: str) -> str:
            return "ALARM" if name in self._ringing else "OK"

        return {"MetricAlarms": [{"AlarmName": n, "StateValue": state(n)} for n in AlarmNames]}


def test_a_fault_of_both_sides_is_not_fargates_where_ec2s_alarm_only_warns(
    environments: Mapping[str, Environment],
) -> None:
    cutover = at(environments["sandbox"], Stage.CUTOVER, "publicauth")
    sides = sides_of(cutover, "publicauth", CATALOGUE)
    errors = {side: names.alarm(cutover.name, "publicauth", side, "errors") for side in Side}

    def verdict(*ringing: str) -> Verdict:
        return judge_alarms(read_alarms(sides, lambda _: Alarms(*ringing))).verdict

    assert verdict(errors[Side.FARGATE]) is Verdict.FAIL
    assert verdict(*errors.values()) is Verdict.NOT_ENOUGH_DATA
    assert verdict(errors[Side.EC2]) is Verdict.PASS
