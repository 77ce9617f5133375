"""Properties that hold for every sequence of change batches."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.route53.rules import (
    InvalidChangeBatch,
    MalformedRequest,
    RecordSet,
    apply_batch,
    key_of,
    normalise,
)

ZONE = "pay.test."

# Few values and small batches, so that changes conflict and many batches are still accepted.
names = st.sampled_from(["ledger.pay.test", "Ledger.pay.test."])
ttls = st.sampled_from([60, 300])


@st.composite
def record_sets(draw: st.DrawFn) -> RecordSet:
    record: dict[str, Any] = {"Name": draw(names), "Type": "A"}
    if draw(st.booleans()):
        record |= {"TTL": draw(ttls), "ResourceRecords": [{"Value": "192.0.2.1"}]}
    else:
        target = {"HostedZoneId": "Z1", "DNSName": "x.test", "EvaluateTargetHealth": True}
        record["AliasTarget"] = target
    if draw(st.booleans()):
        record["SetIdentifier"] = draw(st.sampled_from(["ec2", "fargate"]))
        record["Weight"] = draw(st.sampled_from([0, 5, 255, 256]))
    return record


changes = st.fixed_dictionaries(
    {
        "Action": st.sampled_from(["CREATE", "UPSERT", "UPSERT", "DELETE"]),
        "ResourceRecordSet": record_sets(),
    }
)
batches = st.lists(st.lists(changes, min_size=1, max_size=2), max_size=8)


def outcome(batches: list[list[dict[str, Any]]]) -> list[RecordSet]:
    """Return the records after all accepted batches."""
    records: list[RecordSet] = []
    for batch in batches:
        try:
            records = apply_batch(records, batch, ZONE)
        except (MalformedRequest, InvalidChangeBatch):
            continue
    return records


@given(batches)
def test_no_sequence_of_batches_leaves_mixed_policies_or_ttls_or_bad_weights(
    batches: list[list[dict[str, Any]]],
) -> None:
    groups: dict[tuple[str, str], list[RecordSet]] = {}
    for record in outcome(batches):
        groups.setdefault((record["Name"], record["Type"]), []).append(record)
    for records in groups.values():
        assert len({"Weight" in record for record in records}) == 1
        assert len({record["TTL"] for record in records if "TTL" in record}) <= 1
        assert all("Weight" in record for record in records) or len(records) == 1
        assert all(0 <= record.get("Weight", 0) <= 255 for record in records)


def test_takes_an_alias_beside_a_weighted_record_with_a_time_to_live() -> None:
    shared: RecordSet = {"Name": "ledger.pay.test", "Type": "A", "Weight": 5}
    target = {"HostedZoneId": "Z1", "DNSName": "x.test", "EvaluateTargetHealth": True}
    alias: RecordSet = {**shared, "SetIdentifier": "ec2", "AliasTarget": target}
    values: RecordSet = {**shared, "SetIdentifier": "fargate", "TTL": 60}
    values["ResourceRecords"] = [{"Value": "192.0.2.1"}]
    batch = [{"Action": "CREATE", "ResourceRecordSet": record} for record in (alias, values)]
    assert len(apply_batch([], batch, ZONE)) == 2


@given(batches)
def test_every_key_is_there_once(batches: list[list[dict[str, Any]]]) -> None:
    keys = [key_of(record) for record in outcome(batches)]
    assert len(keys) == len(set(keys))


@given(batches)
def test_what_is_there_can_be_deleted_in_one_batch(batches: list[list[dict[str, Any]]]) -> None:
    records = outcome(batches)
    deletes = [{"Action": "DELETE", "ResourceRecordSet": record} for record in records]
    assert apply_batch(records, deletes, ZONE) == []


@given(record_sets())
def test_normalising_twice_is_normalising_once(record: RecordSet) -> None:
    assert normalise(normalise(record)) == normalise(record)


@given(st.integers(max_value=-1) | st.integers(min_value=256))
def test_refuses_every_weight_out_of_range(weight: int) -> None:
    """boto3 refuses a weight below 0 before the call; other clients do not."""
    record = {"Name": "ledger.pay.test", "Type": "A", "TTL": 60, "SetIdentifier": "ec2"}
    record |= {"ResourceRecords": [{"Value": "192.0.2.1"}], "Weight": weight}
    bound = "less than or equal to 255" if weight > 0 else "greater than or equal to 0"
    with pytest.raises(MalformedRequest, match=f"Member must have value {bound}"):
        apply_batch([], [{"Action": "CREATE", "ResourceRecordSet": record}], ZONE)
