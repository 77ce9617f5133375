"""A heap larger than its container ends in a killed task."""

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Microservice
from pay.model.service.heap import heaps
from tests.support.problems import only, refusal


@pytest.mark.parametrize(
    ("text", "mib"),
    [
        ("-Xms512m -Xmx1G", [512, 1024]),
        ("-Xmx1500M", [1500]),
        ("-Xmx1048576k", [1024]),
        ("-Xmx1073741824", [1024]),
        ("-Xmx1g -Xmx2g", [2048]),
        ("-XX:MaxHeapSize=3g", [3072]),
        ("-XX:MaxRAMPercentage=75.0", [750]),
        ("-XX:InitialRAMPercentage=50", [500]),
        ("--max-old-space-size=900", [900]),
        ("--max_old_space_size=900", [900]),
        ("--max-old-space-size 900", [900]),
        ("--max-old-space-size-percentage=90", [900]),
        ("-Xmx1Gb", [None]),
        ("-Xmx", [None]),
        ("-Xmx\u0661g", [None]),
        ("--max-old-space-size=1g", [None]),
        ("-Xss1m -XX:MaxMetaspaceSize=9g -Dx=-Xmx9g", []),
    ],
)
def test_reads_the_heap_as_the_program_does(text: str, mib: list[float | None]) -> None:
    assert [heap.mib for heap in heaps({"ANY_OPTIONS": text}, 1000)] == mib


def changed(service: str, **variables: str) -> Microservice:
    data = CATALOGUE[service].model_dump()
    return Microservice.model_validate(data | {"environment": data["environment"] | variables})


@pytest.mark.parametrize(
    "options",
    ["-Xmx2G", "-Xmx1664m", "-Xms2G", "-XX:MaxRAMPercentage=100", "-Xmx2Gb", "-Xmx99999g"],
)
def test_refuses_a_heap_that_its_container_does_not_hold(options: str) -> None:
    problem = only(refusal(lambda: changed("ledger", JAVA_OPTS=options)))
    assert problem.key == "size.memory_mib"
    assert problem.found == f"{options} in JAVA_OPTS, in a container of 1664 MiB"


@pytest.mark.parametrize("options", ["-Xmx1663m", "-XX:MaxRAMPercentage=75", "-Xmx1G -Xss1m", ""])
def test_accepts_a_heap_that_fits(options: str) -> None:
    assert changed("ledger", JAVA_OPTS=options).environment["JAVA_OPTS"] == options


def test_refuses_a_heap_of_node_that_its_container_does_not_hold() -> None:
    problem = only(refusal(lambda: changed("frontend", NODE_OPTIONS="--max-old-space-size=2048")))
    assert "--max-old-space-size=2048 in NODE_OPTIONS" in problem.found
    assert changed("frontend", NODE_OPTIONS="--max-old-space-size=1024")
