"""AWS's Price List API with a price list of its own, decoys included: moto 5.2 lacks the API.

Each product stands as AWS has it, with one price on demand and reserved terms. It has neighbours
that differ in one attribute. The figures are for tests: their version contains `sandbox`.

Sources: Price List API reference, `GetProducts`; Cost Management user guide, two pages:
- "Reading the price list".
- "Price List Query API endpoints".
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

TARGET = "AWSPriceListService."
REGIONS = ("us-east-1", "eu-central-1", "ap-south-1")
"""The regions with an endpoint."""
MOST_RESULTS = 100
VERSION, OLD_VERSION = "20261120000000-sandbox", "20250101000000-sandbox"

Answer = tuple[int, dict[str, Any]]
"""Status and content."""


class PriceListError(Exception):
    """A refusal; `code` is AWS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Product:
    """One product of the price list."""

    service: str
    usagetype: str
    unit: str
    usd: str
    operation: str = ""
    region: str | None = "eu-west-1"
    attributes: Mapping[str, str] = field(default_factory=dict)
    free_until: str = ""
    """The end of a free tier before the price; empty without one."""
    is_reserved: bool = False
    """The product is sold for a term only."""
    is_old: bool = False
    """The product stands in a version that AWS has replaced."""

    @property
    def sku(self) -> str:
        """Return a stable SKU; an older version has that of the newer."""
        key = (self.service, self.usagetype, self.operation, self.region, self.is_reserved)
        text = repr((*key, sorted(self.attributes.items())))
        return sha256(text.encode()).hexdigest()[:16].upper()

    def values(self) -> dict[str, str]:
        """Return the fields that filters match."""
        where = {} if self.region is None else {"regionCode": self.region}
        return {
            **self.attributes,
            **where,
            "servicecode": self.service,
            "usagetype": self.usagetype,
            "operation": self.operation,
        }

    def entry(self) -> str:
        """Return the product as AWS writes it, which is a text of JSON."""
        code = f"{self.sku}.JRTCKXETXF"
        tiers = [("0", self.free_until, "0.0000000000")] if self.free_until else []
        tiers.append((self.free_until or "0", "Inf", f"{self.usd}00000"))
        dimensions = {
            f"{code}.{number}": {
                "rateCode": f"{code}.{number}",
                "unit": self.unit,
                "beginRange": begin,
                "endRange": end,
                "pricePerUnit": {"USD": usd},
            }
            for number, (begin, end, usd) in enumerate(tiers)
        }
        year = "2025" if self.is_old else "2026"
        term = {"offerTermCode": "JRTCKXETXF", "sku": self.sku, "priceDimensions": dimensions}
        reserved = {"Reserved": {f"{self.sku}.38NPMPTW36": {**term, "termAttributes": {}}}}
        on_demand = {} if self.is_reserved else {"OnDemand": {code: term}}
        return json.dumps(
            {
                "product": {"sku": self.sku, "attributes": self.values()},
                "serviceCode": self.service,
                "terms": on_demand | reserved,
                "version": OLD_VERSION if self.is_old else VERSION,
                "publicationDate": f"{year}-11-20T00:00:00Z",
            }
        )


_LINUX = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
}

_ON_FARGATE = {
    "EU-Fargate-vCPU-Hours:perCPU": "0.04048",
    "EU-Fargate-GB-Hours": "0.004445",
    "EU-Fargate-ARM-vCPU-Hours:perCPU": "0.03238",
    "EU-Fargate-ARM-GB-Hours": "0.00356",
}
_INSTANCES = {
    "m7g.large": "0.091",
    "m7g.xlarge": "0.1819",
    "m7g.2xlarge": "0.3638",
    "m7g.4xlarge": "0.7276",
    "m7g.8xlarge": "1.4552",
    "m6g.large": "0.086",
    "m6g.2xlarge": "0.344",
}
_WATCHING = {
    "EU-CW:AlarmMonitorUsage": ("Alarms", "0.10"),
    "EU-CW:CompositeAlarmMonitorUsage": ("Alarms", "0.50"),
    "EU-CW:MetricMonitorUsage": ("Metrics", "0.30"),
    "EU-DataProcessing-Bytes": ("GB", "0.57"),
    "EU-TimedStorage-ByteHrs": ("GB-Mo", "0.03"),
    "EU-CW:Canary-runs": ("Runs", "0.0012"),
}


@cache
def products() -> tuple[Product, ...]:
    """Return every product: what a price file asks for, and its decoys."""
    return tuple(_products())


def _products() -> Iterator[Product]:
    for usagetype, usd in _ON_FARGATE.items():
        yield from _with_decoys(Product("AmazonECS", usagetype, "hours", usd))
    for instance_type, usd in _INSTANCES.items():
        box = Product(
            "AmazonEC2",
            f"EU-BoxUsage:{instance_type}",
            "Hrs",
            usd,
            operation="RunInstances",
            attributes={**_LINUX, "instanceType": instance_type},
        )
        yield from _with_decoys(box)
        for changed, operation in (
            ({"operatingSystem": "Windows"}, "RunInstances:0002"),
            ({"operatingSystem": "RHEL"}, "RunInstances:0010"),
            ({"preInstalledSw": "SQL Std"}, "RunInstances"),
            ({"tenancy": "Dedicated"}, "RunInstances"),
            ({"capacitystatus": "UnusedCapacityReservation"}, "RunInstances"),
        ):
            attributes = {**box.attributes, **changed}
            yield Product(
                "AmazonEC2", box.usagetype, "Hrs", "9.99", operation, attributes=attributes
            )
    yield from _with_decoys(Product("AmazonEC2", "EU-EBS:VolumeUsage.gp3", "GB-Mo", "0.088"))
    for kind, hour, unit_hour in (
        ("Application", "0.0252", "0.008"),
        ("Network", "0.0252", "0.006"),
    ):
        operation = f"LoadBalancing:{kind}"
        yield from _with_decoys(
            Product("AWSELB", "EU-LoadBalancerUsage", "Hrs", hour, operation),
            Product("AWSELB", "EU-LCUUsage", "LCU-Hrs", unit_hour, operation),
        )
        for usagetype in ("EU-Outposts-LCUUsage", "EU-ReservedLCUUsage", "EU-TS-LoadBalancerUsage"):
            yield Product("AWSELB", usagetype, "Hrs", "0.0", operation)
    for usagetype, (unit, usd) in _WATCHING.items():
        yield from _with_decoys(Product("AmazonCloudWatch", usagetype, unit, usd))
    yield Product(
        "AmazonCloudWatch", "DashboardsUsageHour", "Dashboards", "3.00", region=None, free_until="3"
    )
    for service in ("AmazonECR", "AmazonS3", "AmazonDynamoDB"):
        yield Product(service, "EU-TimedStorage-ByteHrs", "GB-Mo", "0.1")
    yield from _with_decoys(Product("awskms", "EU-KMS-Keys", "Keys", "1.00"))


def _with_decoys(*all_right: Product) -> Iterator[Product]:
    """Yield each with the same in another region, for a reserved term, and in an older version."""
    for right in all_right:
        key = (right.service, right.usagetype, right.unit)
        rest: dict[str, Any] = {"operation": right.operation, "attributes": right.attributes}
        yield Product(*key, "8.88", is_old=True, **rest)
        yield right
        yield Product(*key, "7.77", region="eu-west-2", **rest)
        yield Product(*key, "6.66", is_reserved=True, **rest)


def answer(operation: str, asked: Mapping[str, Any], region: str) -> Answer:
    """Return the answer to a call of the API."""
    try:
        if region not in REGIONS:
            raise PriceListError("UnrecognizedClientException", f"no endpoint in {region}")
        if operation != "GetProducts":
            raise PriceListError("UnknownOperationException", f"the sandbox lacks {operation}")
        return 200, _get_products(asked)
    except PriceListError as error:
        return 400, {"__type": error.code, "message": str(error)}


def _get_products(asked: Mapping[str, Any]) -> dict[str, Any]:
    service = asked.get("ServiceCode")
    if not service:
        raise PriceListError("InvalidParameterException", "ServiceCode is required")
    known = [each for each in products() if each.service == service]
    if not known:
        raise PriceListError("NotFoundException", f"Service {service} not found.")
    if asked.get("FormatVersion", "aws_v1") != "aws_v1":
        raise PriceListError("InvalidParameterException", "FormatVersion must be aws_v1")
    most = asked.get("MaxResults", MOST_RESULTS)
    if not 1 <= most <= MOST_RESULTS:
        message = f"MaxResults must be between 1 and {MOST_RESULTS}"
        raise PriceListError("InvalidParameterException", message)
    start = _start(asked.get("NextToken"))
    filters = asked.get("Filters", [])
    matching = [each for each in known if all(_matches(each.values(), one) for one in filters)]
    page = matching[start : start + most]
    content: dict[str, Any] = {
        "FormatVersion": "aws_v1",
        "PriceList": [each.entry() for each in page],
    }
    if start + most < len(matching):
        content["NextToken"] = str(start + most)
    return content


def _start(token: str | None) -> int:
    if token is None:
        return 0
    if not (token.isascii() and token.isdigit()):
        raise PriceListError("InvalidNextTokenException", "The next token is invalid.")
    return int(token)


def _matches(values: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    kind, name, value = (asked.get(key, "") for key in ("Type", "Field", "Value"))
    if not name or not value:
        message = "Type, Field and Value of a filter are required"
        raise PriceListError("InvalidParameterException", message)
    own = values.get(name)
    match kind:
        case "TERM_MATCH" | "EQUALS":
            return own == value
        case "CONTAINS":
            return own is not None and value in own
        case "ANY_OF":
            return own in value.split(",")
        case "NONE_OF":
            return own not in value.split(",")
    message = f"{kind} is not one of TERM_MATCH, EQUALS, CONTAINS, ANY_OF, NONE_OF"
    raise PriceListError("InvalidParameterException", message)
