"""What scales services in environment files: each mistake with its line, all at once."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pay.environments.load import load_environment
from pay.environments.past_events import new_past_events, old_events
from pay.model import Environment, InvalidInput
from tests.conftest import ROOT

TEXT = (ROOT / "environments" / "production-2.toml").read_text()
FREE = "publicauth"
"""A service that is past soak in this environment."""


def loaded(folder: Path, *tables: str, **tasks: str) -> Environment:
    """Return the environment with more tables, and other tasks of some services."""
    text = TEXT.replace("[capacity.cde]", "\n".join((*tables, "[capacity.cde]")))
    for service, line in tasks.items():
        place = rf"(\[services\.{service}\]\nstage = .*\n)tasks = .*"
        text, count = re.subn(place, rf"\g<1>{line}", text)
        assert count == 1
    path = folder / "production-2.toml"
    path.write_text(text)
    return load_environment(path)


def mistakes(folder: Path, *tables: str, **tasks: str) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        loaded(folder, *tables, **tasks)
    assert all(problem.line for problem in refused.value.problems)
    return [f"{each.key}: {each.found}" for each in refused.value.problems]


def event(**changed: str) -> str:
    keys = {
        "name": '"budget"',
        "from": "2099-11-26T12:00:00",
        "to": "2099-11-26T18:00:00",
        "services": f'["{FREE}"]',
        "min": "6",
    }
    lines = (f"{key} = {value}" for key, value in (keys | changed).items())
    return "\n".join(("[[events]]", *lines))


def test_a_file_may_leave_all_of_it_out(tmp_path: Path) -> None:
    environment = loaded(tmp_path)
    assert environment.scaling.cpu_target == 60
    assert environment.events == ()


def test_takes_every_key(tmp_path: Path) -> None:
    environment = loaded(
        tmp_path,
        '[scaling]\ncpu_target = 50\nday = "06:00-23:00"\ntimezone = "Europe/Paris"',
        event(),
        connector="tasks = { min = 9, peak = 15, night = 3, max = 40 }\n"
        "scaling = { cpu_target = 50, requests_per_task = 900 }",
    )
    connector = environment.services["connector"]
    assert (connector.tasks.night, connector.tasks.max) == (3, 40)
    assert connector.scaling
    assert connector.scaling.requests_per_task == 900
    assert environment.events[0].starts == datetime(2099, 11, 26, 12)


@pytest.mark.parametrize(
    ("service", "tasks", "found"),
    [
        ("ledger", "{ min = 3, peak = 5, night = 4 }", "services.ledger.tasks.night: 4"),
        ("ledger", "{ min = 3, peak = 5, max = 4 }", "services.ledger.tasks.max: 4"),
        ("ledger", "{ min = 6, peak = 5 }", "services.ledger.tasks.min: 6"),
        ("connector", "{ min = 9, peak = 15, night = 2 }", "services.connector.tasks.night: 2"),
        ("egress", "{ min = 3, peak = 6, night = 1 }", "services.egress.tasks.night: 1"),
    ],
)
def test_refuses_tasks_out_of_order_and_payments_without_a_task_in_every_zone(
    tmp_path: Path, service: str, tasks: str, found: str
) -> None:
    assert mistakes(tmp_path, **{service: f"tasks = {tasks}"}) == [found]


def test_other_services_may_have_one_task_at_night(tmp_path: Path) -> None:
    environment = loaded(tmp_path, ledger="tasks = { min = 3, peak = 5, night = 1 }")
    assert environment.services["ledger"].tasks.lowest == 1


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("cpu_target = 19", "scaling.cpu_target: 19"),
        ("cpu_target = 81", "scaling.cpu_target: 81"),
        ('day = "22:00-05:45"', "scaling.day: 22:00-05:45"),
        ('day = "5:45-22:00"', "scaling.day: '5:45-22:00'"),
        ('day = "05:45-24:00"', "scaling.day: '05:45-24:00'"),
        ('day = "06:00 - 22:00"', "scaling.day: '06:00 - 22:00'"),
        ('day = "06:00-22:00\\n"', "scaling.day: '06:00-22:00\\n'"),
        ('day = ""', "scaling.day: ''"),
        ('timezone = "Europe/Londn"', "scaling.timezone: 'Europe/Londn'"),
        ("cpu = 50", "scaling.cpu: an unknown key"),
    ],
)
def test_refuses_a_wrong_setting(tmp_path: Path, table: str, found: str) -> None:
    assert mistakes(tmp_path, f"[scaling]\n{table}") == [found]


def test_says_in_words_how_a_day_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"allowed: two times of a day, such as 05:45-22:00$"):
        loaded(tmp_path, '[scaling]\nday = "6-22"')


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2098-12-23T06:00:00", "2098-12-26T23:00:00"),
        ("2098-12-31T22:00:00", "2099-01-01T02:00:00"),
        ("2099-06-01T22:00:00", "2099-06-02T05:45:00"),
        ("2037-03-28T12:00:00", "2037-03-29T12:00:00"),
        ("9999-12-31T12:00:00", "9999-12-31T23:59:00"),
    ],
    ids=["Christmas", "over midnight", "a night", "over a clock change", "the last day of all"],
)
def test_takes_an_event_that_a_team_announces(tmp_path: Path, starts: str, ends: str) -> None:
    [taken] = loaded(tmp_path, event(**{"from": starts, "to": ends})).events
    assert taken.starts == datetime.fromisoformat(starts)


@pytest.mark.parametrize("local", ["01:00", "01:30", "01:59"])
def test_refuses_a_day_in_the_hour_of_the_clock_change(tmp_path: Path, local: str) -> None:
    [found] = mistakes(tmp_path, f'[scaling]\nday = "{local}-22:00"')
    assert found.startswith(f"scaling.day: {local}, which the clocks of Europe/London leave out")


@pytest.mark.parametrize(
    "table",
    [
        'day = "00:59-22:00"',
        'day = "02:00-22:00"',
        'day = "01:30-22:00"\ntimezone = "UTC"',
        'day = "01:30-22:00"\ntimezone = "Europe/Paris"',
        "cpu_target = 20",
        "cpu_target = 80",
    ],
)
def test_takes_the_times_and_targets_beside_it(tmp_path: Path, table: str) -> None:
    loaded(tmp_path, f"[scaling]\n{table}")


def test_refuses_requests_behind_a_network_load_balancer(tmp_path: Path) -> None:
    tasks = "tasks = { min = 3, peak = 6 }\nscaling = { requests_per_task = 100, cpu_target = 90 }"
    assert mistakes(tmp_path, egress=tasks) == ["services.egress.scaling.cpu_target: 90"]
    right = tasks.replace(", cpu_target = 90", "")
    assert mistakes(tmp_path, egress=right) == ["services.egress.scaling.requests_per_task: 100"]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"services": "[]"}, "events.0.services: none"),
        ({"services": '["publicauht"]'}, "events.0.services: publicauht, an unknown service"),
        ({"services": f'["{FREE}", "{FREE}"]'}, f"events.0.services: {FREE} twice"),
        ({"to": "2099-11-26T12:00:00"}, "events.0.to: 2099-11-26 12:00:00"),
        ({"to": "2099-12-26T12:00:00"}, "events.0.to: 2099-12-26 12:00:00"),
        ({"min": "2"}, f"events.0.min: 2, fewer tasks of {FREE} than usual"),
        ({"min": "9"}, f"events.0.min: 9, more tasks of {FREE} than it may have"),
        (
            {"services": '["connector"]', "min": "16"},
            "events.0.min: 16 tasks of connector, which is at legacy",
        ),
        ({"name": '"Budget"'}, "events.0.name: 'Budget'"),
        (
            {"from": "2099-11-26T12:00:00Z"},
            "events.0.from: the date or time 2099-11-26 12:00:00+00:00",
        ),
        ({"from": "2099-11-26"}, "events.0.from: the date or time 2099-11-26"),
    ],
)
def test_refuses_a_wrong_event(tmp_path: Path, changed: dict[str, str], found: str) -> None:
    assert mistakes(tmp_path, event(**changed)) == [found]


def test_refuses_an_event_when_the_clocks_change(tmp_path: Path) -> None:
    # London's clocks go back on 31 October 2027, and show 01:30 twice.
    times = {"from": "2027-10-31T01:30:00", "to": "2027-10-31T05:00:00"}
    [found] = mistakes(tmp_path, event(**times))
    assert found.startswith("events.0.from: 2027-10-31 01:30:00, which the clocks")
    loaded(tmp_path, event(**times | {"from": "2027-10-30T01:30:00"}))


def test_refuses_events_that_overlap_or_share_a_name(tmp_path: Path) -> None:
    later = {"from": "2099-11-26T17:00:00", "to": "2099-11-26T19:00:00"}
    assert mistakes(tmp_path, event(), event(**later)) == [
        "events.1.name: budget twice",
        "events.1.from: 2099-11-26 17:00:00 to 2099-11-26 19:00:00",
    ]
    following = {"from": "2099-11-26T18:00:00", "to": "2099-11-26T19:00:00", "name": '"next"'}
    loaded(tmp_path, event(), event(**following))


def test_the_lines_are_those_of_the_event(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        loaded(tmp_path, event(), event(name='"second"', services="[]"))
    [problem] = refused.value.problems
    lines = (tmp_path / "production-2.toml").read_text().split("\n")
    assert problem.line
    assert lines[problem.line - 1] == "services = []"


def test_reports_all_of_them_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        '[scaling]\ncpu_target = 90\nday = "01:30-22:00"',
        event(services="[]", to="2099-11-25T00:00:00"),
        event(name='"other"', min="1"),
        ledger="tasks = { min = 3, peak = 5, night = 4, max = 2 }",
    )
    assert sorted(each.partition(":")[0] for each in found) == [
        "events.0.services",
        "events.0.to",
        "events.1.min",
        "scaling.cpu_target",
        "scaling.day",
        "services.ledger.tasks.max",
        "services.ledger.tasks.night",
    ]


PAST = {"from": "2024-11-26T12:00:00", "to": "2024-11-26T18:00:00"}


def test_an_event_that_is_over_loads_and_is_old_after_a_week(tmp_path: Path) -> None:
    """A rollback loads the file, whatever nobody has removed from it."""
    loaded(tmp_path, event(**PAST), event(name='"next"'))
    file = tmp_path / "production-2.toml"
    for day, keys in ((27, []), (2 + 30, []), (4 + 30, ["events.0.to"])):
        now = datetime(2024, 11, 1, tzinfo=UTC) + timedelta(days=day - 1)
        assert [each.key for each in old_events(file, now)] == keys
    [problem] = old_events(file, datetime(2025, 1, 1, tzinfo=UTC))
    assert problem.line
    assert file.read_text().split("\n")[problem.line - 1] == "to = 2024-11-26T18:00:00"
    assert problem.fix == "remove the event budget, or correct its dates"


def test_an_event_is_new_where_the_file_of_before_does_not_have_it(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    loaded(before, event(**PAST))
    loaded(after, event(**PAST))
    files = (after / "production-2.toml", before / "production-2.toml")
    an_hour_later = datetime(2024, 11, 26, 19, tzinfo=UTC)
    assert new_past_events(*files, an_hour_later) == []
    loaded(before)
    assert [each.key for each in new_past_events(*files, an_hour_later)] == ["events.0.to"]
    assert new_past_events(*files, datetime(2024, 11, 26, 17, tzinfo=UTC)) == []
    files[1].unlink()
    assert [each.key for each in new_past_events(*files, an_hour_later)] == ["events.0.to"]
