"""The sandbox records every state of names and load balancers, including short-lived ones."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.server.process import Server

pytestmark = pytest.mark.slow

TARGET = {
    "HostedZoneId": "Z32O12XQLNTSW2",
    "DNSName": "somewhere.eu-west-1.elb.amazonaws.com",
    "EvaluateTargetHealth": True,
}


@pytest.fixture
def change(client: Callable[[str], Any], unique: str) -> Callable[[str, int], None]:
    """Return a function that changes a record in this test's own zone."""
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name=f"{unique}.example", CallerReference=unique)
    zone_id = zone["HostedZone"]["Id"]

    def send(action: str, weight: int) -> None:
        record = {
            "Name": f"a.{unique}.example",
            "Type": "A",
            "SetIdentifier": "one",
            "Weight": weight,
            "AliasTarget": TARGET,
        }
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)

    return send


def states(server: Server, after: int) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = server.administer(f"traffic?after={after}")
    return answer


def latest(server: Server) -> int:
    return int(max([0, *(state["number"] for state in states(server, 0))]))


def test_tells_states_that_are_over_before_anybody_asks(
    server: Server, unique: str, change: Callable[[str, int], None]
) -> None:
    start = latest(server)
    change("CREATE", 7)
    change("DELETE", 7)
    change("CREATE", 9)
    name = f"a.{unique}.example."
    weights = [
        [record["weight"] for record in state["records"] if record["name"] == name]
        for state in states(server, start)
    ]
    assert weights == [[7], [], [9]]


def test_a_call_that_changes_nothing_is_no_state(
    server: Server, client: Callable[[str], Any], change: Callable[[str, int], None]
) -> None:
    change("CREATE", 1)
    start = latest(server)
    client("route53").list_hosted_zones()
    assert states(server, start) == []
