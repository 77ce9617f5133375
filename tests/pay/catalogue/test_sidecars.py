"""The collector's configuration holds together, and asks for nothing that is reported already."""

import json
import re
from typing import Any

import pytest

from pay.catalogue.sidecars import ADOT, COLLECTOR

KINDS = ("receivers", "processors", "exporters")


@pytest.fixture
def collector() -> Any:
    return COLLECTOR


def test_every_part_is_configured_and_used(collector: Any) -> None:
    """OpenTelemetry collector: a pipeline that names an unknown part ends the process."""
    pipelines = collector["service"]["pipelines"].values()
    for kind in KINDS:
        assert {part for pipeline in pipelines for part in pipeline[kind]} == set(collector[kind])
    assert set(collector["service"]["extensions"]) == set(collector["extensions"])
    for exporter in collector["exporters"].values():
        assert exporter["auth"]["authenticator"] in collector["extensions"]


def test_every_variable_that_it_names_is_there() -> None:
    named = set(re.findall(r"\$\{env:(\w+)\}", json.dumps(COLLECTOR)))
    assert named == set(ADOT.environment)
    # The collector takes every other dollar sign for a variable as well.
    assert json.dumps(COLLECTOR).count("$") == json.dumps(COLLECTOR).count("${env:")


def test_container_insights_alone_reports_the_metrics_of_containers(collector: Any) -> None:
    assert not {"awsemf", "awscloudwatch"} & set(collector["exporters"])
    assert not {"awsecscontainermetrics", "awscontainerinsightreceiver"} & set(
        collector["receivers"]
    )
