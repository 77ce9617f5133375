"""A process of the provider serves one command at a time, with one set of variables."""

from dataclasses import replace

import pytest

from tests.support import provider_relay
from tests.support.provider_relay import (
    MOST_IDLE,
    SCHEMA,
    SERVICE,
    STOP,
    Command,
    Keeper,
    Place,
    Provider,
)
from tests.support.test_provider_schema import field, schema_of

PLACE = Place("provider", None, frozenset({("AWS_ENDPOINT_URL", "http://127.0.0.1:1")}))
CONFIGURE = f"{SERVICE}Configure"
READ = f"{SERVICE}ReadResource"
VALIDATE = f"{SERVICE}ValidateResourceTypeConfig"


class Recorded(Provider):
    """Notes what it is asked, and is no process."""

    started: list["Recorded"]

    def __init__(self, place: Place) -> None:
        self.place = place
        self.calls = 0
        self.is_usable = True
        self.asked: list[str] = []
        self.has_ended = False
        self.started.append(self)

    def call(self, method: str, request: bytes) -> bytes:
        self.asked.append(method)
        return b"".join(field(2, schema_of(type_)) for type_ in ("aws_lb", "aws_vpc"))

    def end(self) -> None:
        self.has_ended = True


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Recorded]:
    """Every process that was started."""
    monkeypatch.setattr(Recorded, "started", [], raising=False)
    monkeypatch.setattr(provider_relay, "Provider", Recorded)
    return Recorded.started


def run(keeper: Keeper, place: Place = PLACE) -> None:
    """Validate, configure and read, as a command does."""
    command = Command(keeper, place, frozenset())
    for method in (VALIDATE, CONFIGURE, READ):
        command.answer(method, b"")
    command.end()


def test_commands_share_a_process_and_each_configures_it(started: list[Recorded]) -> None:
    keeper = Keeper([])
    run(keeper)
    run(keeper)
    [provider] = started
    assert provider.asked == [VALIDATE, CONFIGURE, READ] * 2


@pytest.mark.parametrize(
    "place",
    [
        replace(PLACE, folder="/other"),
        replace(PLACE, program="other"),
        replace(PLACE, variables=frozenset({("AWS_ENDPOINT_URL", "http://127.0.0.1:2")})),
    ],
)
def test_another_place_has_a_process_of_its_own(started: list[Recorded], place: Place) -> None:
    keeper = Keeper([])
    run(keeper)
    run(keeper, place=place)
    assert [provider.place for provider in started] == [PLACE, place]


def test_commands_at_one_time_have_a_process_each(started: list[Recorded]) -> None:
    keeper = Keeper([])
    commands = [Command(keeper, PLACE, frozenset()) for _ in range(2)]
    for command in commands:
        command.answer(CONFIGURE, b"")
    assert len(started) == 2


def test_a_stopped_process_serves_no_other_command(started: list[Recorded]) -> None:
    keeper = Keeper([])
    command = Command(keeper, PLACE, frozenset())
    command.answer(CONFIGURE, b"")
    command.answer(STOP, b"")
    command.end()
    run(keeper)
    assert [provider.has_ended for provider in started] == [True, False]


def test_a_process_that_still_works_for_a_killed_command_ends(started: list[Recorded]) -> None:
    keeper = Keeper([])
    command = Command(keeper, PLACE, frozenset())
    command.answer(CONFIGURE, b"")
    started[0].calls = 1
    command.end()
    assert started[0].has_ended
    run(keeper)
    assert len(started) == 2


def test_few_processes_wait(started: list[Recorded]) -> None:
    keeper = Keeper([])
    for number in range(MOST_IDLE + 1):
        run(keeper, place=replace(PLACE, program=f"/{number}"))
    assert [provider.has_ended for provider in started] == [True] + [False] * MOST_IDLE


def test_only_the_first_command_asks_for_the_schemas(started: list[Recorded]) -> None:
    keeper = Keeper([])
    balancers, networks = (
        Command(keeper, PLACE, frozenset({type_})).answer(SCHEMA, b"")
        for type_ in ("aws_lb", "aws_vpc")
    )
    assert [provider.asked for provider in started] == [[SCHEMA]]
    assert balancers == field(2, schema_of("aws_lb"))
    # A state may hold what an earlier command wrote.
    assert networks == field(2, schema_of("aws_lb")) + field(2, schema_of("aws_vpc"))
