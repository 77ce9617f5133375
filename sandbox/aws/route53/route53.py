"""Route 53: strict change batches, and changes that are PENDING before they are INSYNC.

Where moto 5.2 differs from AWS (see also `sandbox.aws.route53.rules`):
- A change is INSYNC at once.
- All changes have one id.
- Names keep their case and `*`.
- A list cannot start at a set identifier.
- A zone has no limit.
"""

import secrets
import time
from datetime import datetime
from typing import Any

from botocore import xform_name
from moto.core.responses import ActionResult
from moto.route53 import urls
from moto.route53.exceptions import Route53ClientError
from moto.route53.models import FakeZone, RecordSet, Route53Backend, reverse_domain_name
from moto.route53.responses import Route53

from sandbox.aws.clock import CLOCK
from sandbox.aws.patching import Original, adds, extends, replaces
from sandbox.aws.route53 import rules
from sandbox.settings import SandboxSettings

SETTINGS = SandboxSettings.from_environment()

FIELDS = (
    *("Name", "Type", "TTL", "SetIdentifier", "AliasTarget", "HealthCheckId"),
    *rules.ROUTING_POLICIES,
)


def _as_api(record: RecordSet) -> rules.RecordSet:
    """Convert moto's record to the API's form, with the fields that this estate does not use."""
    # moto's SOA record has the API's form; its other records hold bare values.
    values = [v if isinstance(v, dict) else {"Value": v} for v in record.records or []]
    fields = {key: getattr(record, xform_name(key)) for key in FIELDS}
    return rules.normalise({**fields, "ResourceRecords": values})


def _as_moto(record: rules.RecordSet) -> RecordSet:
    values = [entry["Value"] for entry in record.get("ResourceRecords", ())]
    # moto instantiates this abstract class itself.
    return RecordSet({**record, "ResourceRecords": values})  # type: ignore[abstract]


@replaces(Route53Backend)
def change_resource_record_sets(
    self: Route53Backend, zoneid: str, change_list: list[dict[str, Any]]
) -> None:
    zone = self.get_hosted_zone(zoneid)
    try:
        after = rules.apply_batch([_as_api(r) for r in zone.rrsets], change_list, zone.name)
    except (rules.MalformedRequest, rules.InvalidChangeBatch) as problem:
        raise Route53ClientError(problem.code, str(problem)) from None
    zone.rrsets = [_as_moto(record) for record in after]


_submitted: dict[str, tuple[float, datetime]] = {}
"""Maps a change's id to its time of submission, on the monotonic and the wall clock."""


def _change_info(change_id: str) -> dict[str, Any]:
    monotonic, wall = _submitted[change_id]
    in_sync = time.monotonic() - monotonic >= SETTINGS.dns_change_seconds
    status = "INSYNC" if in_sync else "PENDING"
    return {"Id": f"/change/{change_id}", "Status": status, "SubmittedAt": wall}


@extends(Route53, "change_resource_record_sets")
def respond_to_change(self: Route53, change: Original) -> ActionResult:
    change(self)
    if not SETTINGS.wait_for_dns_changes:
        return ActionResult({})
    change_id = "C" + secrets.token_hex(10).upper()
    _submitted[change_id] = (time.monotonic(), CLOCK.moment())
    # A new change is never in sync, as AWS has yet to update its name servers.
    return ActionResult({"ChangeInfo": {**_change_info(change_id), "Status": "PENDING"}})


@replaces(Route53)
def get_change(self: Route53) -> ActionResult:
    change_id = self._get_param("Id").removeprefix("/change/")
    if change_id not in _submitted:
        raise Route53ClientError(
            "NoSuchChange", f"A change with the specified change ID does not exist: {change_id}"
        )
    return ActionResult({"ChangeInfo": _change_info(change_id)})


@replaces(Route53)
def list_resource_record_sets(self: Route53) -> ActionResult:
    zone = self.backend.get_hosted_zone(self._get_param("HostedZoneId"))
    start_name = self._get_param("StartRecordName")
    start_type = self._get_param("StartRecordType") or ""
    start_identifier = self._get_param("StartRecordIdentifier")
    max_items = self._get_int_param("MaxItems", 300)
    if start_type and not start_name:
        raise Route53ClientError("InvalidInput", "The input is not valid")
    records = get_record_sets(zone, start_type, start_name, start_identifier)
    page, rest = records[:max_items], records[max_items:]
    following = rest[0] if rest else None
    return ActionResult(
        {
            "ResourceRecordSets": page,
            "IsTruncated": following is not None,
            "NextRecordName": following.name if following else None,
            "NextRecordType": following.type if following else None,
            "NextRecordIdentifier": following.set_identifier if following else None,
            "MaxItems": max_items,
        }
    )


RECORDS_A_ZONE = 10_000
"""AWS: Route 53 developer guide, "Quotas", records per hosted zone."""

urls.url_paths[r"{0}/(?P<api_version>[\d_-]+)/hostedzonelimit/(?P<Id>[^/]+)/(?P<Type>[^/]+)$"] = (
    Route53.dispatch
)


@adds(Route53)
def get_hosted_zone_limit(self: Route53) -> ActionResult:
    kind = self._get_param("Type")
    if kind != "MAX_RRSETS_BY_ZONE":
        raise Route53ClientError("InvalidInput", f"the sandbox does not know the limit {kind}")
    zone = self.backend.get_hosted_zone(self._get_param("Id"))
    limit = {"Type": kind, "Value": RECORDS_A_ZONE}
    return ActionResult({"Limit": limit, "Count": len(zone.rrsets)})


def _order(record: RecordSet) -> tuple[str, str, str]:
    return reverse_domain_name(record.name), record.type or "", record.set_identifier or ""


@replaces(FakeZone)
def get_record_sets(
    self: FakeZone, start_type: str, start_name: str, start_identifier: str | None = None
) -> list[RecordSet]:
    """Return the records in Route 53's order: by reversed name, type and set identifier."""
    ordered = sorted(self.rrsets, key=_order)
    if not start_name:
        return ordered
    name = rules.normalise_name(start_name)
    start = (reverse_domain_name(name), start_type or "", start_identifier or "")
    return [record for record in ordered if _order(record) >= start]


@extends(Route53Backend)
def create_hosted_zone(
    self: Route53Backend, create: Original, *args: Any, **settings: Any
) -> FakeZone:
    """Create a zone, and correct moto's form of the SOA record's value and the NS record's TTL."""
    zone: FakeZone = create(self, *args, **settings)
    zone.rrsets = [_as_moto(_as_api(record)) for record in zone.rrsets]
    return zone
