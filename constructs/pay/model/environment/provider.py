"""The versions of Terraform's AWS provider that an environment chooses from."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

ProviderMajor = Literal[5, 6]

CONSTRAINTS: Mapping[ProviderMajor, str] = MappingProxyType({5: "~> 5.100", 6: "~> 6.69.1"})
"""The major version of hashicorp/aws -> what its stacks require. 5.100 is the last of 5. Of 6, only
patches of one minor: minors have broken updates of ECS services, 6.4 (#43502) and 6.53 (#49031)."""
USUAL: ProviderMajor = 5
