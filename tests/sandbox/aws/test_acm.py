"""Certificates are listed as AWS lists them."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.estate.dns import elliptic_certificate

pytestmark = pytest.mark.slow


def test_a_list_without_types_of_keys_holds_no_elliptic_curve(
    client: Callable[[str], Any], unique: str
) -> None:
    acm = client("acm")
    imported = acm.import_certificate(**elliptic_certificate(f"{unique}.example"))
    requested = acm.request_certificate(DomainName=f"{unique}.example")

    def listed(**filters: Any) -> set[str]:
        entries = acm.list_certificates(**filters)["CertificateSummaryList"]
        return {e["CertificateArn"] for e in entries if e["DomainName"] == f"{unique}.example"}

    rsa, elliptic = requested["CertificateArn"], imported["CertificateArn"]
    assert listed() == {rsa}
    assert listed(Includes={"keyTypes": ["EC_prime256v1"]}) == {elliptic}
    assert listed(Includes={"keyTypes": ["EC_prime256v1", "RSA_2048"]}) == {rsa, elliptic}
