"""Kinds of text in inputs."""

import boto3
import pytest
from pydantic import TypeAdapter, ValidationError

from pay.model.text_types import REGIONS, HttpsUrl, Zone


def test_the_regions_are_those_of_the_sdk() -> None:
    assert boto3.Session().get_available_regions("ecs") == REGIONS


def test_every_zone_that_is_known_is_accepted_and_the_next_letter_is_not() -> None:
    # To import moto's EC2 takes two seconds, in every process that collects.
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

    zones = TypeAdapter(Zone)
    for region in REGIONS:
        known = {zone.name for zone in RegionsAndZonesBackend.zones[region]}
        assert all(zones.validate_python(zone) for zone in known)
        for letter in "ghz":
            with pytest.raises(ValidationError):
                zones.validate_python(f"{region}{letter}")
    for zone in ("eu-west-2d", "ca-central-1c", "ca-central-1e"):
        with pytest.raises(ValidationError):
            zones.validate_python(zone)


def test_a_port_has_16_bits() -> None:
    urls = TypeAdapter(HttpsUrl)
    for port in ("", ":1", ":443", ":65535"):
        assert urls.validate_python(f"https://a.example{port}/b")
    for port in (":0", ":65536", ":99999", ":"):
        with pytest.raises(ValidationError):
            urls.validate_python(f"https://a.example{port}/b")
