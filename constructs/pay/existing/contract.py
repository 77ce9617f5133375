"""Postconditions of lookups: a wrong lookup fails in the plan, with a sentence."""

from cdktf import Postcondition, TerraformResourceLifecycle


def contract(*promises: tuple[str, str]) -> TerraformResourceLifecycle:
    """A lifecycle that holds each (condition, sentence): a Terraform expression over `self`, and
    what to check when it does not hold.
    """
    return TerraformResourceLifecycle(
        postcondition=[
            Postcondition(condition=f"${{{condition}}}", error_message=sentence)
            for condition, sentence in promises
        ]
    )
