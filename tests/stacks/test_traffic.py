"""What holds of every traffic stack."""

from collections.abc import Mapping

from tests.support.synthesised import Synthesised


def test_no_weight_is_hidden_from_terraform(estate: Mapping[str, Synthesised]) -> None:
    for stack in estate.values():
        for record in stack.document.get("resource", {}).get("aws_route53_record", {}).values():
            assert "lifecycle" not in record


def test_a_traffic_stack_holds_records_and_nothing_else(
    estate: Mapping[str, Synthesised],
) -> None:
    for stack in estate.values():
        if stack.id.endswith("-traffic"):
            assert set(stack.document["resource"]) == {"aws_route53_record"}
