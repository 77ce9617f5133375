"""Postconditions of lookups: a wrong lookup fails in the plan, with a sentence."""

from cdktf import Postcondition, TerraformResourceLifecycle


def contract(*promises: tuple[str, str]) -> TerraformResourceLifecycle:
    """Return a lifecycle with a (condition, sentence) each. The condition is a Terraform expression
    over `self`. The sentence says what to check when it is false.
    """
    return TerraformResourceLifecycle(
        postcondition=[
            Postcondition(condition=f"${{{condition}}}", error_message=sentence)
            for condition, sentence in promises
        ]
    )
