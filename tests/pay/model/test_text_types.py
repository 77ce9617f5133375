"""Kinds of text in inputs."""

import boto3

from pay.model.text_types import REGIONS


def test_the_regions_are_those_of_the_sdk() -> None:
    assert boto3.Session().get_available_regions("ecs") == REGIONS
