"""The attributes that Terraform leaves alone where the environment sleeps."""

from cdktf import TerraformResourceLifecycle

from pay.model import Environment


def ignoring(environment: Environment, *attributes: str) -> TerraformResourceLifecycle | None:
    """Return the lifecycle of a resource that sleep changes. A plan of what sleeps is empty."""
    if environment.sleep is None:
        return None
    return TerraformResourceLifecycle(ignore_changes=[*attributes])
