"""The price list refuses what AWS refuses, and lists decoys beside every price."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from sandbox.aws.price_list import answer


def listed(**asked: Any) -> list[dict[str, Any]]:
    status, content = answer("GetProducts", asked, "us-east-1")
    assert status == 200
    return [json.loads(text) for text in content["PriceList"]]


def only(**values: str) -> list[dict[str, str]]:
    return [{"Type": "TERM_MATCH", "Field": key, "Value": values[key]} for key in values]


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "another region": ({"ServiceCode": "AWSELB"}, "eu-west-1", "UnrecognizedClientException"),
    "no service": ({}, "us-east-1", "InvalidParameterException"),
    "an unknown service": ({"ServiceCode": "AmazonElb"}, "us-east-1", "NotFoundException"),
    "another format": (
        {"ServiceCode": "AWSELB", "FormatVersion": "aws_v2"},
        "us-east-1",
        "InvalidParameterException",
    ),
    "too many results": (
        {"ServiceCode": "AWSELB", "MaxResults": 101},
        "us-east-1",
        "InvalidParameterException",
    ),
    "a made-up token": (
        {"ServiceCode": "AWSELB", "NextToken": "next"},
        "us-east-1",
        "InvalidNextTokenException",
    ),
    "a filter of another kind": (
        {"ServiceCode": "AWSELB", "Filters": [{"Type": "LIKE", "Field": "a", "Value": "b"}]},
        "us-east-1",
        "InvalidParameterException",
    ),
    "a filter without a value": (
        {"ServiceCode": "AWSELB", "Filters": [{"Type": "EQUALS", "Field": "a"}]},
        "us-east-1",
        "InvalidParameterException",
    ),
}


@pytest.mark.parametrize(("asked", "region", "code"), REFUSED.values(), ids=REFUSED)
def test_refuses(asked: dict[str, Any], region: str, code: str) -> None:
    status, content = answer("GetProducts", asked, region)
    assert (status, content["__type"]) == (400, code)


def test_an_operation_that_it_lacks_is_an_error() -> None:
    assert answer("GetSavingsPlans", {}, "us-east-1")[0] == 400


def test_pages_hold_every_product_once() -> None:
    whole = listed(ServiceCode="AmazonEC2")
    pages: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        asked = {"ServiceCode": "AmazonEC2", "MaxResults": 7, **token}
        _, content = answer("GetProducts", asked, "us-east-1")
        pages += map(json.loads, content["PriceList"])
        if "NextToken" not in content:
            break
        token = {"NextToken": content["NextToken"]}
    assert pages == whole


def test_a_price_has_decoys_of_every_kind() -> None:
    found = listed(ServiceCode="AmazonEC2", Filters=only(usagetype="EU-BoxUsage:m7g.large"))
    attributes = [each["product"]["attributes"] for each in found]
    assert {each["operatingSystem"] for each in attributes} == {"Linux", "Windows", "RHEL"}
    assert {each["regionCode"] for each in attributes} == {"eu-west-1", "eu-west-2"}
    assert any("OnDemand" not in each["terms"] for each in found)
    assert len({each["version"] for each in found}) == 2


def test_the_same_usage_type_stands_in_several_services() -> None:
    for service in ("AmazonCloudWatch", "AmazonECR", "AmazonS3"):
        assert listed(ServiceCode=service, Filters=only(usagetype="EU-TimedStorage-ByteHrs"))


@pytest.mark.slow
def test_the_server_answers_the_sdk(server: Any, client: Callable[[str], Any]) -> None:
    api = server.client(
        "pricing", lambda *a, **k: boto3.client(*a, **{**k, "region_name": "us-east-1"})
    )
    filters = only(usagetype="DashboardsUsageHour")
    text = api.get_products(ServiceCode="AmazonCloudWatch", Filters=filters)["PriceList"][0]
    assert "regionCode" not in json.loads(text)["product"]["attributes"]
    with pytest.raises(api.exceptions.NotFoundException):
        api.get_products(ServiceCode="AmazonEcs")
