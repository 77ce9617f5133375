"""SEARCH finds the series that AWS's user guide says it does."""

import pytest

from sandbox.aws.cloudwatch.metric_search import BadSearch, parse_search
from sandbox.aws.cloudwatch.metric_store import StoredSeries


def series(name: str, namespace: str = "AWS/SQS", **dimensions: str) -> StoredSeries:
    return StoredSeries(namespace, name, frozenset(dimensions.items()))


DEAD = series("ApproximateNumberOfMessagesVisible", QueueName="production-2-capture-dead-letter")
QUEUE = series("ApproximateNumberOfMessagesVisible", QueueName="production-2-capture")
AGE = series("ApproximateAgeOfOldestMessage", QueueName="production-2-capture")
CPU = series("CPUUtilization", "AWS/ECS", ClusterName="c", ServiceName="connector")
ALL = {"dead": DEAD, "queue": QUEUE, "age": AGE, "cpu": CPU}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{AWS/SQS,QueueName}", "dead queue age"),
        ("{AWS/SQS}", "dead queue age"),
        ("{AWS/ECS,ClusterName}", ""),
        ("{AWS/ECS,ServiceName,ClusterName}", "cpu"),
        ('{"AWS/ECS",ClusterName,"ServiceName"}', "cpu"),
        ('{AWS/SQS,QueueName} MetricName="ApproximateNumberOfMessagesVisible"', "dead queue"),
        ('MetricName="Approximate"', ""),
        ("MetricName=Approximate", "dead queue age"),
        ("capture dead", "dead"),
        ("capture NOT dead", "queue age"),
        ("dead OR utilization", "dead cpu"),
        ("capture (dead OR Oldest)", "dead age"),
        ("capture AND NOT (dead OR Oldest)", "queue"),
        ('QueueName="production-2-capture"', "queue age"),
        ('"production-2-capture"', "queue age"),
        ("ServiceName=connector", "cpu"),
        ("queuename=capture", ""),
        ("CPU", "cpu"),
        ("capt", ""),
    ],
)
def test_finds(text: str, expected: str) -> None:
    search = parse_search(text)
    assert {name for name, each in ALL.items() if search.finds(each)} == set(expected.split())


@pytest.mark.parametrize("text", ["", " ", "{AWS/SQS", "a OR", "(a", "a)", "NOT", "a" * 1025])
def test_refuses(text: str) -> None:
    with pytest.raises(BadSearch):
        parse_search(text)


@pytest.mark.parametrize(
    ("name", "finds", "misses"),
    [
        ("CustomCount1", "count Count COUNT CustomCount Count1 customcount1", "couNT count1 ustom"),
        ("CustomCount1", '"CustomCount1"', '"customcount1" "Custom"'),
        ("SDBFailure", "sdb failure sdbfailure SDBFailure", "sdbf SDBF"),
        ("Project2-trial333", "project 2 trial 333 project2trial333", "trial3"),
        (
            "Network-Errors-2",
            'network/errors network+errors network-errors Network_Errors "Network-Errors-2"',
            '"Network_Errors_2" errors/network',
        ),
        ("NetworkErrors2", "network/errors Network_Errors", "networkerrors"),
        (r"Europe\France(Network)", r'"Europe\\France\(Network\)"', "franc"),
    ],
)
def test_terms_are_found_by_tokens_as_in_the_user_guide(name: str, finds: str, misses: str) -> None:
    of_name = series(name)
    for term in finds.split():
        assert parse_search(f"MetricName={term}").finds(of_name), term
    for term in misses.split():
        assert not parse_search(f"MetricName={term}").finds(of_name), term
