"""The promises of lookups, as Terraform checks them in a plan."""

from pay.existing.contract import contract


def test_each_promise_is_an_expression_over_the_lookup_with_its_sentence() -> None:
    lifecycle = contract(("self.is_on", "Switch ${self.name} on."), ("self.size > 1", "Grow it."))
    assert lifecycle.postcondition is not None
    assert [(each.condition, each.error_message) for each in lifecycle.postcondition] == [
        ("${self.is_on}", "Switch ${self.name} on."),
        ("${self.size > 1}", "Grow it."),
    ]


def test_nothing_but_promises_is_in_the_lifecycle() -> None:
    lifecycle = contract(("self.is_on", "Switch it on."))
    others = (lifecycle.precondition, lifecycle.ignore_changes, lifecycle.prevent_destroy)
    assert not any(others)
