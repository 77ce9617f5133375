"""Policy documents are judged in whichever form they are written."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import policies.checks  # noqa: F401  # declares the rules
from pay.iam.policy_arguments import POLICY_ARGUMENTS
from policies.engine.rule import RULES
from tests.policies.conftest import count_as_synthesised, judge
from tests.policies.iam_mutations import IAM_MUTATIONS, POLICY
from tests.policies.mutations import ROLE
from tests.policies.policy_forms import BREAKS, FORMS, GOOD, HEAD, STACK

READ_NO_DOCUMENT = {
    "queues_use_a_customer_key",
    "roles_get_their_rights_from_policies_of_their_own",
    "topics_use_a_customer_key",
}
"""Rules on the same types of resources, about other arguments."""

BAD = {f"break_{n}": (rule, place, [bad]) for n, (rule, place, bad) in enumerate(BREAKS)}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the gate's report of two stacks for each form, from one run."""
    folder = tmp_path_factory.mktemp("forms")
    for name, form in FORMS.items():
        bad = (place.text(form, listed, key) for key, (_, place, listed) in BAD.items())
        good = (place.text(form, listed, f"good_{n}") for n, (place, listed) in enumerate(GOOD))
        _write(folder / f"bad, in {name}", bad)
        _write(folder / f"good, in {name}", good)
    return judge(sorted(folder.iterdir()), "--partial")


def _write(root: Path, resources: Iterable[str]) -> None:
    (root / STACK).mkdir(parents=True)
    (root / STACK / "cdk.tf").write_text(HEAD + "\n".join(resources))
    count_as_synthesised(root)


def failed(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (each["rule"], each["address"])
        for each in report["findings"]
        if each["outcome"] == "failed"
    }


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_every_bad_statement_is_refused_in_every_form(form: str, reports: dict[str, Any]) -> None:
    report = reports[f"bad, in {form}"]
    expected = {(rule, f"{place.type}.{name}") for name, (rule, place, _) in BAD.items()}
    assert expected - failed(report) == set()
    assert report["problems"] == []


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_every_good_statement_is_accepted_in_every_form(form: str, reports: dict[str, Any]) -> None:
    report = reports[f"good, in {form}"]
    assert failed(report) == set()
    assert report["problems"] == []


def test_every_rule_on_policies_is_broken_in_every_form() -> None:
    ours = {each.text.id for each in RULES if set(each.types) <= set(POLICY_ARGUMENTS)}
    checkovs = {each.rule for each in IAM_MUTATIONS if each.address in (POLICY, ROLE)}
    assert (ours | checkovs) - READ_NO_DOCUMENT <= {rule for rule, _, _ in BREAKS}
