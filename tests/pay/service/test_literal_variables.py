"""A value of the catalogue is text for Terraform, whatever it holds."""

import pytest

from pay.service.variables import _filled


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("${{file(1)}}", "$${file(1)}"),
        ("%{{ if true }}", "%%{ if true }"),
        ("{region}", "eu-west-1"),
        ("a$b 100 % {region}", "a$b 100 % eu-west-1"),
        ("${{env:X}}{region}", "$${env:X}eu-west-1"),
    ],
)
def test_an_expression_is_written_as_text(value: str, written: str) -> None:
    assert _filled(value, {"region": "eu-west-1"}) == written
