"""What an error of AWS says of a thing that this project did not make."""

import pytest

from rollout.contracts.seen import is_denied


@pytest.mark.parametrize(
    ("code", "denied"),
    [("AccessDenied", True), ("UnauthorizedOperation", True), ("ThrottlingException", False)],
)
def test_only_a_denial_is_not_ours_to_see(code: str, denied: bool) -> None:
    assert is_denied(code) is denied
