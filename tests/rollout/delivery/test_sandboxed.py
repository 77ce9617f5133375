"""Refuses to change in a sandbox what that can only plan."""

from collections.abc import Mapping

import pytest

from pay.model import Environment
from rollout.delivery.sandboxed import refuse_plan_only
from rollout.terminal.refusal import Refused
from sandbox.settings import ACCESS_KEY_ID


@pytest.mark.parametrize(
    ("key", "names", "is_refused"),
    [
        (ACCESS_KEY_ID, ["sandbox", "test-12"], True),
        (ACCESS_KEY_ID, ["sandbox"], False),
        ("of-an-account", ["test-12"], False),
    ],
)
def test_refuses_in_a_sandbox_an_environment_that_can_only_be_planned(
    key: str,
    names: list[str],
    is_refused: bool,
    environments: Mapping[str, Environment],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    targets = [environments[name] for name in names]
    if not is_refused:
        refuse_plan_only(targets, "deploying", "deploy to the account itself")
        return
    with pytest.raises(Refused) as refused:
        refuse_plan_only(targets, "deploying", "deploy to the account itself")
    [finding] = refused.value.findings
    assert (finding.gate, finding.fix) == ("sandbox", "deploy to the account itself")
    assert finding.reason.startswith("found test-12, which the sandbox can only plan")
