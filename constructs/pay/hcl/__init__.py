"""Writes HCL2 from the Terraform JSON that cdktf synthesises."""

from pay.hcl.errors import HclError
from pay.hcl.schema import ProviderSchema
from pay.hcl.writer import to_hcl

__all__ = ["HclError", "ProviderSchema", "to_hcl"]
