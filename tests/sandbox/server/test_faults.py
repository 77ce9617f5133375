"""Deliberate faults, and the log of calls."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.warm_sandboxes import empty_sandbox

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def faulty() -> Iterator[Server]:
    with empty_sandbox(SandboxSettings()) as server:
        yield server


@pytest.fixture(autouse=True)
def forgetful(faulty: Server) -> Iterator[None]:
    yield
    faulty.administer("faults", method="POST", body={})
    faulty.administer("requests", method="DELETE")


CALLS = {
    "route53": lambda client: client.list_hosted_zones(),
    "ecs": lambda client: client.list_clusters(),
    "elbv2": lambda client: client.describe_load_balancers(),
    "s3": lambda client: client.list_buckets(),
    "ec2": lambda client: client.describe_vpcs(),
}


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [("throttle", (400, 503), ("Throttl", "Limit", "SlowDown")), ("error", (500,), ("Intern",))],
)
def test_each_protocol_gets_an_error_that_its_client_understands(
    faulty: Server, service: str, fault: str, status: tuple[int, ...], words: tuple[str, ...]
) -> None:
    faulty.administer("faults", method="POST", body={fault: 1})
    with pytest.raises(ClientError) as refusal:
        CALLS[service](faulty.client(service))
    answer = refusal.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] in status
    assert any(word in answer["Error"]["Code"] for word in words)


def test_a_refused_call_has_no_effect(faulty: Server) -> None:
    ecs = faulty.client("ecs")
    faulty.administer("faults", method="POST", body={"error": 1})
    with pytest.raises(ClientError):
        ecs.create_cluster(clusterName="refused")
    faulty.administer("faults", method="POST", body={})
    assert not any("refused" in arn for arn in ecs.list_clusters()["clusterArns"])


def test_a_lost_answer_hides_a_call_that_took_effect(faulty: Server) -> None:
    ecs = faulty.client("ecs")
    faulty.administer("faults", method="POST", body={"lost": 1})
    with pytest.raises(ClientError):
        ecs.create_cluster(clusterName="lost")
    faulty.administer("faults", method="POST", body={})
    assert any("lost" in arn for arn in ecs.list_clusters()["clusterArns"])


def outcomes(faulty: Server, seed: int) -> list[Any]:
    faulty.administer("requests", method="DELETE")
    faulty.administer("faults", method="POST", body={"throttle": 0.5, "seed": seed})
    for _ in range(12):
        try:
            faulty.client("ecs").list_clusters()
        except ClientError:
            continue
    return [request["fault"] for request in faulty.administer("requests")]


def test_the_same_seed_gives_the_same_failures(faulty: Server) -> None:
    first = outcomes(faulty, 7)
    assert outcomes(faulty, 7) == first
    assert {None, "throttle"} == set(first)
    assert outcomes(faulty, 8) != first


def test_faults_can_be_kept_to_some_calls(faulty: Server) -> None:
    faulty.administer("faults", method="POST", body={"error": 1, "only": "^ecs\\.CreateCluster$"})
    faulty.client("ecs").list_clusters()
    with pytest.raises(ClientError):
        faulty.client("ecs").create_cluster(clusterName="x")


def wait_until_held(faulty: Server, calls: int) -> None:
    deadline = time.monotonic() + 30
    while faulty.administer("status")["held"] < calls:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_from_a_held_call_on_nothing_is_answered_until_it_is_told(faulty: Server) -> None:
    calls = {"hold": 2, "only": "^ecs\\.CreateCluster$"}
    faulty.administer("faults", method="POST", body=calls)
    ecs = faulty.client("ecs")
    ecs.create_cluster(clusterName="answered")
    with ThreadPoolExecutor() as pool:
        held = pool.submit(ecs.create_cluster, clusterName="held")
        wait_until_held(faulty, 1)
        later = pool.submit(ecs.create_cluster, clusterName="later")
        wait_until_held(faulty, 2)
        assert not held.done()
        assert not later.done()
        faulty.administer("faults", method="POST", body={})
        for call in (held, later):
            with pytest.raises(ClientError):
                call.result()
    clusters = {arn.split("/")[-1] for arn in ecs.list_clusters()["clusterArns"]}
    assert clusters >= {"answered", "held"}
    assert "later" not in clusters


def test_the_log_names_every_call_with_its_outcome(faulty: Server) -> None:
    faulty.administer("requests", method="DELETE")
    faulty.client("ecs").list_clusters()
    faulty.client("sns").list_topics()
    with pytest.raises(ClientError):
        faulty.client("route53").get_hosted_zone(Id="Z0")
    logged = [(r["service"], r["operation"], r["status"]) for r in faulty.administer("requests")]
    assert logged == [
        ("ecs", "ListClusters", 200),
        ("sns", "ListTopics", 200),
        ("route53", "GET /2013-04-01/hostedzone/Z0", 404),
    ]
