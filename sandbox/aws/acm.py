"""The list of certificates of AWS Certificate Manager.

moto 5.2 lists certificates of every type of key unless a request names some.
"""

from collections.abc import Iterable
from typing import Any

from moto.acm.models import AWSCertificateManagerBackend, CertBundle

from sandbox.aws.patching import Original, extends

KEY_TYPES = ("RSA_1024", "RSA_2048")
"""The types that a request without any gets (API reference, `ListCertificates`, Filters)."""


@extends(AWSCertificateManagerBackend)
def list_certificates(
    self: AWSCertificateManagerBackend,
    list_all: Original,
    statuses: list[str],
    includes: dict[str, Any] | None,
) -> Iterable[CertBundle]:
    yield from list_all(self, statuses, {"keyTypes": KEY_TYPES, **(includes or {})})
