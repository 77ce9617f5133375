"""Route 53's rules for a change batch, as a pure function from records and changes to records.

Where moto 5.2 differs from AWS:
- It accepts mixed routing policies for a name.
- It deletes by set identifier across all names of the zone.
- It refuses the legal batch that turns a weighted record back into a simple one.

Sources: API reference, `ChangeResourceRecordSets`, `ResourceRecordSet`; developer guide, two pages:
- "Choosing between alias and non-alias records".
- "Weighted routing".

The messages are AWS's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

RecordSet = dict[str, Any]
"""A `ResourceRecordSet` of the API, normalised by `normalise`."""

Key = tuple[str, str, str | None]
"""Name, type and set identifier, which identify a record set."""

ROUTING_POLICIES = ("Weight", "Region", "Failover", "GeoLocation", "MultiValueAnswer")
MAX_WEIGHT = 255
MAX_WEIGHTED = 100
"""The most weighted records of one name and type (Route 53 developer guide, "Quotas on
records")."""


class MalformedRequest(Exception):
    """The request itself is malformed; the message has the first mistake."""

    code = "InvalidInput"


class InvalidChangeBatch(Exception):
    """The request is well-formed but does not fit the zone; the message has every mistake."""

    code = "InvalidChangeBatch"

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__(f"[{', '.join(messages)}]")


def normalise_name(name: str) -> str:
    """Return a name as Route 53 stores it: lower case, with the final dot, `*` as `\\052`."""
    return name.lower().rstrip(".").replace("*", r"\052") + "."


def normalise(record_set: Mapping[str, Any]) -> RecordSet:
    """Return a record set as Route 53 stores it, without a change to the argument."""
    stored = {key: value for key, value in record_set.items() if value is not None}
    stored["Name"] = normalise_name(stored["Name"])
    for number in ("TTL", "Weight"):
        if number in stored:
            stored[number] = int(stored[number])
    if not stored.get("ResourceRecords"):
        stored.pop("ResourceRecords", None)
    if "AliasTarget" in stored:
        alias = dict(stored["AliasTarget"])
        alias["DNSName"] = normalise_name(alias["DNSName"])
        stored["AliasTarget"] = alias
    return stored


def key_of(record_set: Mapping[str, Any]) -> Key:
    return record_set["Name"], record_set["Type"], record_set.get("SetIdentifier")


def apply_batch(
    current: Iterable[RecordSet], changes: Sequence[Mapping[str, Any]], zone_name: str
) -> list[RecordSet]:
    """Return the zone's records after the whole batch.

    Existence is checked change by change, in the batch's order. The records of a name and type are
    checked in the outcome. So a batch may DELETE a simple record and CREATE a weighted one.

    Raises MalformedRequest or InvalidChangeBatch; none of the batch takes effect then.
    """
    for index, change in enumerate(changes, start=1):
        _check_input(index, change)
    zone = normalise_name(zone_name)
    after = {key_of(record): record for record in current}
    problems: list[str] = []
    written: list[RecordSet] = []
    for change in changes:
        record = normalise(change["ResourceRecordSet"])
        key = key_of(record)
        if record["Name"] != zone and not record["Name"].endswith("." + zone):
            problems.append(f"RRSet with DNS name {record['Name']} is not permitted in zone {zone}")
        elif change["Action"] == "DELETE":
            if key not in after:
                problems.append(f"Tried to delete {_described(record)} but it was not found")
            elif not _same_values(after[key], record):
                problems.append(
                    f"Tried to delete {_described(record)} "
                    "but the values provided do not match the current values"
                )
            else:
                del after[key]
        elif change["Action"] == "CREATE" and key in after:
            problems.append(f"Tried to create {_described(record)} but it already exists")
        else:
            after[key] = record
            written.append(record)
    for record in written:
        problems += _misfits(record, after.values(), zone)
    problems += _too_many(written, after.values())
    if problems:
        raise InvalidChangeBatch(problems)
    return list(after.values())


def _check_input(index: int, change: Mapping[str, Any]) -> None:
    """Raise MalformedRequest for a change that is wrong in any zone."""
    action, record = change["Action"], change["ResourceRecordSet"]
    if action not in ("CREATE", "DELETE", "UPSERT"):
        raise MalformedRequest(
            f"Invalid XML ; cvc-enumeration-valid: Value '{action}' is not facet-valid with "
            "respect to enumeration '[CREATE, DELETE, UPSERT]'. It must be a value from the "
            "enumeration."
        )
    identifier = record.get("SetIdentifier")
    where = (
        f"Change with [Action={action}, Name={record['Name']}, Type={record['Type']}, "
        f"SetIdentifier={identifier or 'null'}]"
    )
    weight = record.get("Weight")
    if weight is not None and not 0 <= int(weight) <= MAX_WEIGHT:
        bound = "less than or equal to 255" if int(weight) > 0 else "greater than or equal to 0"
        raise MalformedRequest(
            f"1 validation error detected: Value '{weight}' at "
            f"'changeBatch.changes.{index}.member.resourceRecordSet.weight' failed to satisfy "
            f"constraint: Member must have value {bound}"
        )
    is_alias = record.get("AliasTarget") is not None
    has_ttl, has_values = record.get("TTL") is not None, bool(record.get("ResourceRecords"))
    if is_alias == (has_ttl and has_values) or (is_alias and (has_ttl or has_values)):
        raise MalformedRequest(
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and "
            "ResourceRecords], or TrafficPolicyInstanceId], but found "
            f"{'more than one' if is_alias else 'none'} in {where}"
        )
    policies = [policy for policy in ROUTING_POLICIES if record.get(policy) is not None]
    if policies and not identifier:
        raise MalformedRequest(f"Invalid request: Missing field 'SetIdentifier' in {where}")
    if len(policies) != bool(identifier):
        raise MalformedRequest(
            "Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, or "
            f"MultiValueAnswer], but found {'more than one' if policies else 'none'} in {where}"
        )


def _misfits(record: RecordSet, outcome: Iterable[RecordSet], zone: str) -> list[str]:
    """Return why the record conflicts with the others of its name."""
    name, kind, identifier = key_of(record)
    same_name = [other for other in outcome if other["Name"] == name and other is not record]
    same_type = [other for other in same_name if other["Type"] == kind]
    subject = f"RRSet with DNS name {name}, type {kind}"
    if identifier is None:
        if same_type:
            return [
                f"{subject} cannot be created as other RRSets exist with the same name and type."
            ]
    else:
        subject += f", SetIdentifier {identifier}"
        policy = _policy_of(record)
        if any(_policy_of(other) != policy for other in same_type):
            adjective = {"Weight": "weighted", "Region": "latency"}.get(policy or "", "matching")
            return [
                f"{subject} cannot be created as a non-{adjective} set exists with the same name "
                "and type."
            ]
        ttls = {other["TTL"] for other in (*same_type, record) if "TTL" in other}
        if policy == "Weight" and len(ttls) > 1:  # an alias has no TTL; its target's counts
            return [f"{subject} cannot be created as weighted sets must contain the same TTL."]
    if kind == "CNAME" and name == zone:
        return [f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone}"]
    if any((other["Type"] == "CNAME") != (kind == "CNAME") for other in same_name):
        return [
            f"RRSet of type {kind} with DNS name {name} is not permitted as it conflicts with "
            f"other records with the same DNS name in zone {zone}"
        ]
    return _misplaced_alias(record)


def _too_many(written: Iterable[RecordSet], outcome: Iterable[RecordSet]) -> list[str]:
    """Return a message per written name with more weighted records than Route 53 allows."""
    weighted = Counter((r["Name"], r["Type"]) for r in outcome if "Weight" in r)
    return [
        f"Exceeded limit on number of weighted RRSets for {name}, type {kind} in this zone."
        for name, kind in dict.fromkeys((r["Name"], r["Type"]) for r in written)
        if weighted[name, kind] > MAX_WEIGHTED
    ]


def _misplaced_alias(record: RecordSet) -> list[str]:
    """Return a message if an alias does not name the hosted zone of its load balancer's region."""
    target = record.get("AliasTarget")
    if target is None:
        return []
    region = _LOAD_BALANCER_REGION.search(target["DNSName"])
    expected = LOAD_BALANCER_ZONES.get((region[1] or region[2]) if region else "", ())
    if not expected or target["HostedZoneId"] in expected:
        return []
    return [
        f"Tried to create an alias that targets {target['DNSName']}, type {record['Type']} in zone "
        f"{target['HostedZoneId']}, but the alias target name does not lie within the target zone"
    ]


# The region is before `elb` in an Application Load Balancer's name, after it in a Network one's.
_LOAD_BALANCER_REGION = re.compile(
    r"\.([a-z0-9-]+)\.elb\.amazonaws\.com\.$|\.elb\.([a-z0-9-]+)\.amazonaws\.com\.$"
)

LOAD_BALANCER_ZONES: dict[str, tuple[str, ...]] = {
    "eu-west-1": ("Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"),
    "eu-west-2": ("ZHURV8PSTC4K8", "ZD4D7Y8KGAS4G"),
}
"""Maps a region to the Route 53 hosted zones of its Application and Network Load Balancers.

Source: AWS General Reference, "Elastic Load Balancing endpoints and quotas"."""


def _policy_of(record: RecordSet) -> str | None:
    return next((policy for policy in ROUTING_POLICIES if policy in record), None)


def _same_values(stored: RecordSet, given: RecordSet) -> bool:
    """Return whether a DELETE names every value; the order of resource records is ignored."""

    def comparable(record: RecordSet) -> RecordSet:
        values = sorted(entry["Value"] for entry in record.get("ResourceRecords", ()))
        return {**record, "ResourceRecords": values}

    return comparable(stored) == comparable(given)


def _described(record: RecordSet) -> str:
    text = f"resource record set [name='{record['Name']}', type='{record['Type']}'"
    if "SetIdentifier" in record:
        text += f", set identifier='{record['SetIdentifier']}'"
    return text + "]"
