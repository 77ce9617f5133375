"""`pay promote`: one line and one journal entry, or nothing and every reason."""

from datetime import timedelta

import pytest

from pay.model import Stage
from pay.model.problem import InvalidInput
from rollout.moves.stage_file import with_stage
from tests.support.checkout import Checkout, Pay, PayJson, strangers
from tests.support.promotions import MEASURED, refused


def test_changes_one_line_and_adds_one_to_the_journal(checkout: Checkout, pay: Pay) -> None:
    before = checkout.file("test-12").read_text().splitlines()
    assert pay("promote", "test-12", "ledger", *MEASURED).exit_code == 0
    after = checkout.file("test-12").read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [('stage = "legacy"', 'stage = "dark"')]
    assert checkout.stage("test-12", "ledger") is Stage.DARK
    (entry,) = checkout.moves("test-12", "ledger")
    assert (entry.before, entry.after, entry.weights) == (Stage.LEGACY, Stage.DARK, "simple")


def test_says_what_the_diff_will_show_and_what_to_run(
    checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "canary")
    code, told = pay_json("promote", "test-12", "ledger", *MEASURED)
    assert code == 0
    assert told["weights"] == {"from": "95/5", "to": "75/25"}
    assert told["diff"] == [
        {
            "stack": "test-12-ledger-traffic",
            "shows": "two in-place updates, ec2 weight 95 -> 75, fargate weight 5 -> 25",
        },
        {
            "stack": "test-12-ledger-monitoring",
            "shows": "one in-place update: the dashboard names the stage; 1 in-place update: "
            "alarms over both sides",
        },
    ]
    assert told["run"] == [
        "PAY_STACKS=test-12-ledger-traffic cdktf diff test-12-ledger-traffic",
        "PAY_STACKS=test-12-ledger-monitoring cdktf diff test-12-ledger-monitoring",
        "PAY_STACKS=test-12-ledger-traffic "
        "cdktf deploy --ignore-missing-stack-dependencies test-12-ledger-traffic",
        "PAY_STACKS=test-12-ledger-monitoring "
        "cdktf deploy --ignore-missing-stack-dependencies test-12-ledger-monitoring",
    ]
    assert told["rollback"] == "pay rollback test-12 ledger"


def test_the_evidence_lands_in_the_journal(checkout: Checkout, pay: Pay) -> None:
    checkout.put("test-12", "ledger", "canary")
    pay("promote", "test-12", "ledger", "--evidence", "p99 180 ms; dashboard 14")
    assert checkout.moves("test-12", "ledger")[-1].evidence == "p99 180 ms; dashboard 14"


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.RETIRED])
def test_refuses_a_move_that_rests_on_a_measurement_nobody_tells(
    stage: Stage, checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", stage)
    approved = ("--approver", "service-owner")
    assert set(refused(pay_json("promote", "test-12", "ledger", *approved))) == {"evidence"}
    blank = ("--evidence", "  ")
    assert set(refused(pay_json("promote", "test-12", "ledger", *approved, *blank))) == {"evidence"}


@pytest.mark.parametrize("stage", ["soak", "detached"])
def test_refuses_what_is_hard_to_take_back_without_a_named_approver(
    stage: str, checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", stage)
    assert set(refused(pay_json("promote", "test-12", "ledger", *MEASURED))) == {"approver"}
    named = ("--approver", "service-owner", "--approver", "infrastructure-lead")
    assert pay_json("promote", "test-12", "ledger", *MEASURED, *named)[0] == 0
    entry = checkout.moves("test-12", "ledger")[-1]
    assert entry.approvers == ("service-owner", "infrastructure-lead")


def test_refuses_a_skipped_stage(checkout: Checkout, pay_json: PayJson) -> None:
    checkout.put("test-12", "ledger", "canary")
    answer = pay_json("promote", "test-12", "ledger", *MEASURED, "--to", "half")
    assert refused(answer) == {
        "next-stage": "ledger is at canary and moves on to quarter, not to half"
    }


def test_promoting_twice_by_mistake_is_refused_when_the_stage_is_named(
    checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "canary")
    command = ("promote", "test-12", "ledger", *MEASURED, "--to", "quarter")
    assert pay_json(*command)[0] == 0
    assert "next-stage" in refused(pay_json(*command))


def test_refuses_a_frozen_environment(checkout: Checkout, pay_json: PayJson) -> None:
    checkout.set("test-12", 'frozen = "budget day"')
    reason = refused(pay_json("promote", "test-12", "ledger", *MEASURED))
    assert reason == {"frozen": "test-12 is frozen: budget day"}


@pytest.mark.parametrize("neighbour_stage", ["dark", "canary", "soak"])
@pytest.mark.parametrize("neighbour", ["adminusers", "connector"])
def test_refuses_to_move_beside_a_caller_that_moves(
    neighbour: str, neighbour_stage: str, checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", neighbour, neighbour_stage)
    reasons = refused(pay_json("promote", "test-12", "ledger", *MEASURED))
    assert set(reasons) == {"adjacent"}
    assert f"{neighbour} ({neighbour_stage})" in reasons["adjacent"]
    assert set(refused(pay_json("promote", "test-12", "egress", *MEASURED))) == {"adjacent"}


@pytest.mark.parametrize("neighbour_stage", ["legacy", "detached", "retired"])
def test_a_neighbour_that_stands_still_does_not_matter(
    neighbour_stage: str, checkout: Checkout, pay: Pay
) -> None:
    checkout.put("test-12", "connector", neighbour_stage)
    assert pay("promote", "test-12", "ledger", *MEASURED).exit_code == 0


def test_a_neighbour_is_allowed_for_a_reason_that_lands_in_the_journal(
    checkout: Checkout, pay: Pay
) -> None:
    checkout.put("test-12", "connector", "soak")
    allowed = (*MEASURED, "--allow-adjacent", "soaks only")
    assert pay("promote", "test-12", "ledger", *allowed).exit_code == 0
    assert checkout.moves("test-12", "ledger")[-1].adjacent == "soaks only"


BLANK = ("", "   ", "\t\n")


@pytest.mark.parametrize("blank", BLANK)
@pytest.mark.parametrize(
    ("stage", "option", "gate"),
    [
        ("dark", "--allow-adjacent", "adjacent"),
        ("dark", "--evidence", "evidence"),
        ("soak", "--approver", "approver"),
    ],
)
def test_refuses_a_blank_reason(
    stage: str, option: str, gate: str, blank: str, checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", stage)
    checkout.put("test-12", "connector", "canary")
    before = checkout.contents()
    assert gate in refused(pay_json("promote", "test-12", "ledger", option, blank))
    assert checkout.contents() == before


@pytest.mark.parametrize("blank", BLANK)
def test_a_blank_text_that_nobody_asked_for_is_not_kept(
    blank: str, checkout: Checkout, pay: Pay
) -> None:
    checkout.put("test-12", "ledger", "canary")
    options = (*MEASURED, "--approver", blank, "--approver", " service-owner ")
    assert pay("promote", "test-12", "ledger", *options).exit_code == 0
    assert checkout.moves("test-12", "ledger")[-1].approvers == ("service-owner",)


def test_a_reason_for_a_neighbour_that_does_not_move_is_not_kept(
    checkout: Checkout, pay: Pay
) -> None:
    allowed = (*MEASURED, "--allow-adjacent", "soaks only")
    assert pay("promote", "test-12", "ledger", *allowed).exit_code == 0
    assert checkout.moves("test-12", "ledger")[-1].adjacent is None


def test_leaving_the_flight_is_not_moving_beside_a_neighbour(checkout: Checkout, pay: Pay) -> None:
    checkout.put("test-12", "ledger", "soak")
    checkout.put("test-12", "connector", "canary")
    told = (*MEASURED, "--approver", "service-owner")
    assert pay("promote", "test-12", "ledger", *told).exit_code == 0


def test_refuses_more_services_in_flight_than_the_limit(
    checkout: Checkout, pay_json: PayJson
) -> None:
    for service in strangers("ledger")[:4]:
        checkout.put("test-12", service, "canary")
    reasons = refused(pay_json("promote", "test-12", "ledger", *MEASURED))
    assert set(reasons) == {"in-flight"}
    assert "4 services are in flight" in reasons["in-flight"]


def test_a_service_in_flight_goes_on_although_the_limit_is_reached(
    checkout: Checkout, pay: Pay
) -> None:
    others = strangers("cardid")[:4]
    for service in ("cardid", *others):
        checkout.put("test-12", service, "canary")
    assert pay("promote", "test-12", "cardid", *MEASURED).exit_code == 0


@pytest.mark.parametrize(
    ("reached", "ago", "allowed"),
    [
        ("dark", 30, False),
        ("ready", 30, False),
        ("canary", 30, True),
        ("canary", 0, False),
        ("quarter", 0, True),
        ("retired", 30, True),
    ],
)
def test_refuses_to_be_ahead_of_the_environment_before(
    reached: str, ago: int, allowed: bool, checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", reached, ago=timedelta(days=ago))
    checkout.put("staging-2", "ledger", "ready")
    answer = pay_json("promote", "staging-2", "ledger", *MEASURED)
    if allowed:
        assert answer[0] == 0
    else:
        assert set(refused(answer)) == {"follows"}


def test_refuses_when_nobody_knows_since_when_the_environment_before_is_there(
    checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "canary", ago=None)
    checkout.put("staging-2", "ledger", "ready")
    reasons = refused(pay_json("promote", "staging-2", "ledger", *MEASURED))
    assert "does not say since when" in reasons["follows"]


def test_refuses_beyond_the_last_stage(checkout: Checkout, pay_json: PayJson) -> None:
    checkout.put("test-12", "ledger", "retired")
    assert set(refused(pay_json("promote", "test-12", "ledger"))) == {"end"}


def test_tells_everything_at_once_and_writes_nothing(checkout: Checkout, pay_json: PayJson) -> None:
    checkout.set("staging-2", 'frozen = "budget day"')
    checkout.put("staging-2", "ledger", "dark")
    checkout.put("staging-2", "connector", "canary")
    before = checkout.contents()
    answer = pay_json("promote", "staging-2", "ledger", "--to", "soak")
    assert set(refused(answer)) == {"next-stage", "frozen", "follows", "adjacent", "evidence"}
    assert checkout.contents() == before


def test_a_journal_that_cannot_be_written_leaves_the_stage_alone(
    checkout: Checkout, pay: Pay
) -> None:
    (checkout.folder / "journal").write_text("a file where a folder should be")
    before = checkout.contents()
    result = pay("promote", "test-12", "ledger", *MEASURED)
    assert result.exit_code == 1
    assert "Failed" in result.stderr
    assert checkout.contents() == before


def test_names_every_mistake_of_the_files_and_of_the_journals_at_once(
    checkout: Checkout, pay_json: PayJson
) -> None:
    path = checkout.file("test-12")
    path.write_text(path.read_text().replace('stage = "legacy"', 'stage = "lagacy"', 1))
    journal = checkout.folder / "journal" / "test-12" / "ledger.jsonl"
    journal.parent.mkdir(parents=True)
    journal.write_text('{"at": "yesterday"}\n')
    code, told = pay_json("promote", "test-12", "ledger")
    assert code == 1
    assert any("test-12.toml" in line for line in told["invalid"])
    assert any("journal/test-12/ledger.jsonl:1: at" in line for line in told["invalid"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere", "ledger"), "is not one of"),
        (("test-12", "leger"), "is not one of"),
        (("test-12", "ledger", "--to", "everything"), "is not one of"),
        (("test-12",), "Missing argument"),
        (("test-12", "ledger", "--evidenc", "x"), "No such option"),
    ],
)
def test_wrong_use_is_exit_code_2(arguments: tuple[str, ...], told: str, pay: Pay) -> None:
    result = pay("promote", *arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


def test_an_edit_of_more_than_one_line_is_never_made(checkout: Checkout) -> None:
    text = 'services.ledger.stage = """\nlegacy"""\n'
    with pytest.raises(InvalidInput, match="more than this line would change"):
        with_stage(text, "ledger", Stage.DARK, where="test-12.toml")
