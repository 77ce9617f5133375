"""`pay rollback`: the way back is open whatever stands elsewhere."""

import pytest

from pay.model import Stage
from pay.model.stage.transitions import Direction
from tests.support.checkout import Checkout, Pay, PayJson


@pytest.mark.parametrize(
    ("stage", "target"),
    [
        ("dark", "legacy"),
        ("canary", "ready"),
        ("most", "ready"),
        ("cutover", "ready"),
        ("soak", "ready"),
        ("detached", "cutover"),
    ],
)
def test_gives_ec2_everything_that_can_be_given(
    stage: str, target: str, checkout: Checkout, pay: Pay
) -> None:
    checkout.put("production-2", "ledger", stage)
    assert pay("rollback", "production-2", "ledger", "--because", "errors").exit_code == 0
    assert checkout.stage("production-2", "ledger") == target
    entry = checkout.moves("production-2", "ledger")[-1]
    assert (entry.direction, entry.because) == (Direction.ROLLBACK, "errors")


def test_goes_back_to_a_lower_weight_that_is_named(checkout: Checkout, pay_json: PayJson) -> None:
    checkout.put("production-2", "ledger", "most")
    code, told = pay_json("rollback", "production-2", "ledger", "--to", "quarter")
    assert (code, told["to"], told["weights"]["to"]) == (0, "quarter", "75/25")


@pytest.mark.parametrize("target", ["most", "cutover", "detached", "dark", "half"])
def test_refuses_a_target_that_is_no_lower_weight(
    target: str, checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("production-2", "ledger", "half")
    before = checkout.contents()
    code, told = pay_json("rollback", "production-2", "ledger", "--to", target)
    assert code == 1
    assert told["findings"][0]["fix"] == "give one of ready, canary, quarter"
    assert checkout.contents() == before


@pytest.mark.parametrize("stage", ["legacy", "ready", "retired"])
def test_refuses_where_the_stage_has_no_rollback(
    stage: str, checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("production-2", "ledger", stage)
    code, told = pay_json("rollback", "production-2", "ledger")
    assert (code, told["findings"][0]["gate"]) == (1, "no-way-back")


def test_no_gate_stands_before_it(checkout: Checkout, pay: Pay) -> None:
    checkout.set("production-2", 'frozen = "budget day"')
    checkout.put("production-2", "ledger", "soak", ago=None)
    for neighbour in ("connector", "adminusers", "webhooks", "publicapi"):
        checkout.put("production-2", neighbour, "canary")
    assert pay("rollback", "production-2", "ledger").exit_code == 0


def test_mistakes_in_other_files_do_not_block_it(checkout: Checkout, pay: Pay) -> None:
    checkout.put("production-2", "ledger", "soak")
    checkout.file("test-12").write_text("this is no TOML")
    journal = checkout.folder / "journal" / "test-12" / "ledger.jsonl"
    journal.parent.mkdir(parents=True)
    journal.write_text("this is no JSON\n")
    assert pay("rollback", "production-2", "ledger").exit_code == 0
    assert checkout.stage("production-2", "ledger") is Stage.READY


ADOPTED = {"no file": None, "not TOML": "[[[", "an unknown stack": "[connector]\n"}


@pytest.mark.parametrize("content", ADOPTED.values(), ids=ADOPTED)
def test_adopted_ids_that_nothing_needs_do_not_block_it(
    content: str | None, checkout: Checkout, pay: Pay
) -> None:
    """Weighted records were taken over before they got their weights."""
    adopts(checkout, content)
    checkout.put("production-2", "ledger", "soak")
    assert pay("rollback", "production-2", "ledger").exit_code == 0
    assert checkout.stage("production-2", "ledger") is Stage.READY


@pytest.mark.parametrize("content", ADOPTED.values(), ids=ADOPTED)
def test_adopted_ids_that_a_deploy_needs_are_asked_for_before_it_is_written(
    content: str | None, checkout: Checkout, pay: Pay
) -> None:
    adopts(checkout, content)
    checkout.put("production-2", "ledger", "detached")
    before = checkout.contents()
    result = pay("rollback", "production-2", "ledger")
    assert result.exit_code == 1
    assert "adopted/production-2.toml" in "".join(result.stderr.split())
    assert checkout.contents() == before


def adopts(checkout: Checkout, content: str | None) -> None:
    path = checkout.file("production-2")
    path.write_text(path.read_text().replace("adopt = false", "adopt = true", 1))
    if content is not None:
        adopted = checkout.folder / "adopted" / "production-2.toml"
        adopted.parent.mkdir()
        adopted.write_text(content)


def test_a_mistake_in_another_service_of_the_same_file_has_to_be_mended_first(
    checkout: Checkout, pay: Pay
) -> None:
    checkout.put("production-2", "ledger", "soak")
    path = checkout.file("production-2")
    path.write_text(path.read_text().replace('stage = "legacy"', 'stage = "legcy"', 1))
    before = checkout.contents()
    result = pay("rollback", "production-2", "ledger")
    assert result.exit_code == 1
    assert checkout.contents() == before
    assert "did you mean legacy" in " ".join(result.stderr.split()).lower()


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_reason_neither_blocks_it_nor_is_kept(
    blank: str, checkout: Checkout, pay: Pay
) -> None:
    checkout.put("production-2", "ledger", "soak")
    assert pay("rollback", "production-2", "ledger", "--because", blank).exit_code == 0
    assert checkout.moves("production-2", "ledger")[-1].because is None


def test_a_journal_that_cannot_be_written_does_not_block_it(
    checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("production-2", "ledger", "soak", ago=None)
    (checkout.folder / "journal").write_text("a file where a folder should be")
    code, told = pay_json("rollback", "production-2", "ledger", "--because", "errors")
    assert (code, checkout.stage("production-2", "ledger")) == (0, "ready")
    (warning,) = told["warnings"]
    assert warning["gate"] == "journal"
    assert '"because":"errors"' in warning["fix"]
    assert told["journal"] is None


def test_a_journal_that_cannot_be_written_is_told_with_its_whole_line(
    checkout: Checkout, pay: Pay
) -> None:
    checkout.put("production-2", "ledger", "soak", ago=None)
    (checkout.folder / "journal").write_text("a file where a folder should be")
    text = pay("rollback", "production-2", "ledger", "--because", "errors").output
    assert '"because":"errors"' in "".join(text.split())
    assert "Commit the file" in text
    assert "both files" not in text


def test_capacity_comes_back_before_its_record(checkout: Checkout, pay_json: PayJson) -> None:
    checkout.put("production-2", "ledger", "detached")
    _, told = pay_json("rollback", "production-2", "ledger")
    assert told["diff"] == [
        {
            "stack": "production-2-ledger-ec2",
            "shows": "one in-place update: the load balancer is protected from deletion",
        },
        {
            "stack": "production-2-ledger-fargate",
            "shows": "two in-place updates: scaling holds the peak, and its alarm asks for it; "
            "one in-place update: DNS asks for 3 healthy tasks; "
            "two in-place updates: alarms follow the stage (errors, latency)",
        },
        {
            "stack": "production-2-ledger-traffic",
            "shows": "one create, the ec2 record of weight 0",
        },
        {
            "stack": "production-2-ledger-monitoring",
            "shows": "one in-place update: the dashboard names the stage; 6 creates: "
            "alarms over both sides",
        },
    ]


@pytest.mark.parametrize(
    "arguments", [("production-3", "ledger"), ("production-2", "leger"), ("production-2",)]
)
def test_wrong_use_is_exit_code_2(arguments: tuple[str, ...], pay: Pay) -> None:
    assert pay("rollback", *arguments).exit_code == 2
