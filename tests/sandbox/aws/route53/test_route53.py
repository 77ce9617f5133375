"""Route 53 through boto3: the sandbox refuses what AWS refuses, with its codes and messages."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.settings import SandboxSettings
from tests.support.warm_sandboxes import empty_sandbox

pytestmark = pytest.mark.slow

Record = dict[str, Any]
LOAD_BALANCER_ZONE = "Z32O12XQLNTSW2"


class Zone:
    """A hosted zone, with short methods to change it."""

    def __init__(self, route53: Any, name: str) -> None:
        self.route53, self.name = route53, name
        answer = route53.create_hosted_zone(Name=name, CallerReference=name)
        self.id = answer["HostedZone"]["Id"]

    def change(self, *changes: tuple[str, Record]) -> Any:
        batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
        return self.route53.change_resource_record_sets(
            HostedZoneId=self.id, ChangeBatch={"Changes": batch}
        )

    def refuses(self, code: str, message: str, *changes: tuple[str, Record]) -> None:
        """Assert that the batch is refused with this code and message and changes nothing."""
        before = self.records
        with pytest.raises(ClientError) as refusal:
            self.change(*changes)
        error = refusal.value.response["Error"]
        assert error["Code"] == code
        assert message in error["Message"]
        assert self.records == before

    @property
    def records(self) -> list[Record]:
        listed = self.route53.list_resource_record_sets(HostedZoneId=self.id)
        return [r for r in listed["ResourceRecordSets"] if r["Type"] not in ("NS", "SOA")]

    def alias(self, name: str = "connector", **more: Any) -> Record:
        target = {
            "HostedZoneId": LOAD_BALANCER_ZONE,
            "DNSName": "connector-1.eu-west-1.elb.amazonaws.com",
            "EvaluateTargetHealth": True,
        }
        return {"Name": f"{name}.{self.name}", "Type": "A", "AliasTarget": target, **more}

    def weighted(self, identifier: str, weight: int, name: str = "connector") -> Record:
        return self.alias(name, SetIdentifier=identifier, Weight=weight)

    def address(self, identifier: str, weight: int, ttl: int) -> Record:
        return {
            "Name": f"connector.{self.name}",
            "Type": "A",
            "TTL": ttl,
            "ResourceRecords": [{"Value": "192.0.2.1"}],
            "SetIdentifier": identifier,
            "Weight": weight,
        }


@pytest.fixture
def zone(client: Callable[[str], Any], unique: str) -> Zone:
    return Zone(client("route53"), f"{unique}.pay.test")


def weights(zone: Zone) -> dict[str, int]:
    return {record["SetIdentifier"]: record["Weight"] for record in zone.records}


# R1, R2: weights. R3 to R6, Route 53's answers, are tested with the name server (tests/lab).


@pytest.mark.parametrize("weight", [0, 255])
def test_takes_the_smallest_and_the_largest_weight(zone: Zone, weight: int) -> None:
    zone.change(("CREATE", zone.weighted("connector-ec2", weight)))
    assert weights(zone) == {"connector-ec2": weight}


def test_refuses_a_weight_above_255(zone: Zone) -> None:
    zone.refuses(
        "InvalidInput",
        "Member must have value less than or equal to 255",
        ("CREATE", zone.weighted("connector-ec2", 256)),
    )


def test_refuses_a_weight_without_a_set_identifier(zone: Zone) -> None:
    zone.refuses(
        "InvalidInput",
        "Missing field 'SetIdentifier' in Change with [Action=CREATE",
        ("CREATE", zone.alias(Weight=1)),
    )


def test_refuses_a_set_identifier_without_a_routing_policy(zone: Zone) -> None:
    zone.refuses(
        "InvalidInput",
        "Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], "
        "but found none",
        ("CREATE", zone.alias(SetIdentifier="connector-ec2")),
    )


# R7: one routing policy for a name and type


def test_refuses_a_weighted_record_beside_a_simple_one(zone: Zone) -> None:
    zone.change(("CREATE", zone.alias()))
    zone.refuses(
        "InvalidChangeBatch",
        f"[RRSet with DNS name connector.{zone.name}., type A, SetIdentifier connector-fargate "
        "cannot be created as a non-weighted set exists with the same name and type.]",
        ("CREATE", zone.weighted("connector-fargate", 0)),
    )


def test_refuses_a_simple_record_beside_a_weighted_one(zone: Zone) -> None:
    zone.change(("CREATE", zone.weighted("connector-ec2", 100)))
    zone.refuses(
        "InvalidChangeBatch",
        f"[RRSet with DNS name connector.{zone.name}., type A cannot be created as other RRSets "
        "exist with the same name and type.]",
        ("CREATE", zone.alias()),
    )


def test_refuses_an_upsert_that_would_make_a_simple_record_weighted(zone: Zone) -> None:
    zone.change(("CREATE", zone.alias()))
    zone.refuses(
        "InvalidChangeBatch",
        "cannot be created as a non-weighted set exists",
        ("UPSERT", zone.weighted("connector-ec2", 100)),
    )


def test_refuses_a_failover_record_beside_a_weighted_one(zone: Zone) -> None:
    zone.change(("CREATE", zone.weighted("connector-ec2", 100)))
    zone.refuses(
        "InvalidChangeBatch",
        "cannot be created as a non-matching set exists",
        ("CREATE", zone.alias(SetIdentifier="connector-fargate", Failover="SECONDARY")),
    )


def test_keeps_the_policies_of_two_names_apart(zone: Zone) -> None:
    zone.change(("CREATE", zone.alias("connector")), ("CREATE", zone.weighted("l", 1, "ledger")))
    assert len(zone.records) == 2


# R8, R11: time to live


def test_refuses_the_101st_weighted_record_of_a_name(zone: Zone) -> None:
    zone.change(*(("CREATE", zone.weighted(f"connector-{n}", n)) for n in range(100)))
    zone.refuses(
        "InvalidChangeBatch",
        f"Exceeded limit on number of weighted RRSets for connector.{zone.name}., type A",
        ("CREATE", zone.weighted("connector-100", 100)),
    )
    zone.change(
        ("DELETE", zone.weighted("connector-0", 0)),
        ("CREATE", zone.weighted("connector-100", 100)),
    )


def test_refuses_differing_ttls_in_a_weighted_set(zone: Zone) -> None:
    zone.change(("CREATE", zone.address("connector-ec2", 100, 60)))
    zone.refuses(
        "InvalidChangeBatch",
        "SetIdentifier connector-fargate cannot be created as weighted sets must contain the same "
        "TTL.",
        ("CREATE", zone.address("connector-fargate", 0, 300)),
    )


def test_refuses_an_alias_with_a_ttl(zone: Zone) -> None:
    zone.refuses(
        "InvalidInput",
        "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
        "TrafficPolicyInstanceId], but found more than one",
        ("CREATE", zone.alias(TTL=60)),
    )


def test_refuses_an_alias_to_a_load_balancer_in_the_hosted_zone_of_another_region(
    zone: Zone,
) -> None:
    record = zone.alias()
    record["AliasTarget"]["HostedZoneId"] = "ZHURV8PSTC4K8"
    zone.refuses(
        "InvalidChangeBatch",
        "but the alias target name does not lie within the target zone",
        ("CREATE", record),
    )


# R9: name, type and identifier are the key


def test_refuses_to_create_a_record_that_exists(zone: Zone) -> None:
    zone.change(("CREATE", zone.weighted("connector-ec2", 100)))
    zone.refuses(
        "InvalidChangeBatch",
        f"Tried to create resource record set [name='connector.{zone.name}.', type='A', "
        "set identifier='connector-ec2'] but it already exists",
        ("CREATE", zone.weighted("connector-ec2", 50)),
    )


def test_an_upsert_changes_the_record_of_the_same_key_only(zone: Zone) -> None:
    zone.change(
        ("CREATE", zone.weighted("connector-ec2", 100)),
        ("CREATE", zone.weighted("connector-fargate", 0)),
    )
    zone.change(("UPSERT", zone.weighted("connector-fargate", 5)))
    assert weights(zone) == {"connector-ec2": 100, "connector-fargate": 5}


def test_a_delete_leaves_other_names_with_the_same_identifier_alone(zone: Zone) -> None:
    zone.change(
        ("CREATE", zone.weighted("ec2", 100, "connector")),
        ("CREATE", zone.weighted("ec2", 100, "ledger")),
    )
    zone.change(("DELETE", zone.weighted("ec2", 100, "connector")))
    assert [record["Name"] for record in zone.records] == [f"ledger.{zone.name}."]


def test_refuses_to_delete_what_is_not_there(zone: Zone) -> None:
    zone.refuses(
        "InvalidChangeBatch",
        f"Tried to delete resource record set [name='connector.{zone.name}.', type='A'] but it "
        "was not found",
        ("DELETE", zone.alias()),
    )


def test_refuses_to_delete_with_another_weight_than_the_current_one(zone: Zone) -> None:
    zone.change(("CREATE", zone.weighted("connector-ec2", 100)))
    zone.refuses(
        "InvalidChangeBatch",
        "but the values provided do not match the current values",
        ("DELETE", zone.weighted("connector-ec2", 99)),
    )


def test_refuses_a_name_outside_the_zone(zone: Zone) -> None:
    record = {**zone.alias(), "Name": "connector.elsewhere.test"}
    zone.refuses(
        "InvalidChangeBatch",
        f"RRSet with DNS name connector.elsewhere.test. is not permitted in zone {zone.name}.",
        ("CREATE", record),
    )


def test_refuses_a_cname_beside_another_type(zone: Zone) -> None:
    zone.change(("CREATE", zone.alias()))
    record = {
        "Name": f"connector.{zone.name}",
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": "ledger.pay.test"}],
    }
    zone.refuses("InvalidChangeBatch", "conflicts with other records", ("CREATE", record))


# R10: a batch is one transaction


def test_converts_a_simple_record_to_a_weighted_one_in_one_batch(zone: Zone) -> None:
    zone.change(("CREATE", zone.alias()))
    zone.change(("DELETE", zone.alias()), ("CREATE", zone.weighted("connector-ec2", 100)))
    assert weights(zone) == {"connector-ec2": 100}


def test_converts_a_weighted_record_back_to_a_simple_one_in_one_batch(zone: Zone) -> None:
    zone.change(("CREATE", zone.alias()))
    zone.change(("DELETE", zone.alias()), ("CREATE", zone.weighted("connector-ec2", 100)))
    zone.change(("DELETE", zone.weighted("connector-ec2", 100)), ("CREATE", zone.alias()))
    assert "SetIdentifier" not in zone.records[0]


def test_a_batch_with_one_bad_change_changes_nothing_and_names_every_mistake(zone: Zone) -> None:
    zone.change(("CREATE", zone.alias()))
    zone.refuses(
        "InvalidChangeBatch",
        "but it already exists, Tried to delete",
        ("CREATE", zone.alias("ledger")),
        ("CREATE", zone.alias()),
        ("DELETE", zone.alias("cardid")),
    )


# Changes take time


def test_a_change_is_pending_before_it_is_in_sync(zone: Zone) -> None:
    submitted = zone.change(("CREATE", zone.alias()))["ChangeInfo"]
    assert submitted["Status"] == "PENDING"
    assert zone.route53.get_change(Id=submitted["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def test_two_changes_have_two_ids(zone: Zone) -> None:
    first = zone.change(("CREATE", zone.alias("connector")))["ChangeInfo"]["Id"]
    assert first != zone.change(("CREATE", zone.alias("ledger")))["ChangeInfo"]["Id"]


def test_refuses_to_tell_about_an_unknown_change(zone: Zone) -> None:
    with pytest.raises(ClientError, match="NoSuchChange"):
        zone.route53.get_change(Id="/change/C0000000000000000000")


@pytest.fixture(scope="module")
def patient() -> Iterator[Any]:
    """Return Route 53 of a server whose changes stay PENDING, and that returns no change ids."""
    settings = SandboxSettings(dns_change_seconds=3600, wait_for_dns_changes=True)
    with empty_sandbox(settings) as server:
        yield server.client("route53")


def test_a_change_stays_pending_for_as_long_as_the_settings_say(patient: Any) -> None:
    zone = Zone(patient, "pay.test")
    change = zone.change(("CREATE", zone.alias()))["ChangeInfo"]
    assert patient.get_change(Id=change["Id"])["ChangeInfo"]["Status"] == "PENDING"


# Lists


def test_lists_weighted_records_one_a_page_without_losing_any(zone: Zone) -> None:
    for identifier in ("a", "b", "c"):
        zone.change(("CREATE", zone.weighted(identifier, 1)))
    pages = zone.route53.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=zone.id, PaginationConfig={"PageSize": 1}
    )
    identifiers = [r.get("SetIdentifier") for page in pages for r in page["ResourceRecordSets"]]
    assert [each for each in identifiers if each] == ["a", "b", "c"]


def test_names_are_kept_in_lower_case_and_a_star_as_its_octal_code(zone: Zone) -> None:
    zone.change(("CREATE", zone.alias("*.Connector")))
    assert zone.records[0]["Name"] == rf"\052.connector.{zone.name}."
