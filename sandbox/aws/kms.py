"""KMS: a key that only encrypts makes its RSA key when something asks for it.

moto makes one for every key, and finding its two primes takes a tenth of a second. The keys of an
estate encrypt; none of them signs.
"""

from functools import cached_property
from typing import Any

from moto.kms import models
from moto.kms.utils import generate_private_key

from sandbox.aws.patching import replaces

ENCRYPTS = "SYMMETRIC_DEFAULT"


class _MadeLater:
    """Does what moto's key does, which it makes for the first call."""

    @cached_property
    def _made(self) -> Any:
        return generate_private_key(ENCRYPTS)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)


@replaces(models, "generate_private_key")
def _generate(key_spec: str) -> Any:
    return _MadeLater() if key_spec == ENCRYPTS else generate_private_key(key_spec)
