"""Each copy is a server of its own, and none outlives the tests."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.server.process import SandboxError, Server
from sandbox.settings import SandboxSettings
from tests.support.warm_sandboxes import Starter

pytestmark = pytest.mark.slow

ENDS_WITHIN_SECONDS = 20


@pytest.fixture
def starter() -> Iterator[Starter]:
    made = Starter()
    yield made
    made.end()


def identity(server: Server) -> str:
    return str(server.client("sts").get_caller_identity()["Account"])


def test_a_copy_has_its_own_settings_and_nothing_of_another(
    starter: Starter, tmp_path: Path
) -> None:
    accounts = ("111111111111", "222222222222")
    first, second = (
        starter.launch(SandboxSettings(account_id=each), log=tmp_path / each, tied=True)
        for each in accounts
    )
    assert (identity(first), identity(second)) == accounts
    made = [each.client("kms").create_key()["KeyMetadata"]["KeyId"] for each in (first, second)]
    assert made[0] != made[1]
    for server, key in zip((first, second), made, strict=True):
        [known] = server.client("kms").list_keys()["Keys"]
        assert known["KeyId"] == key
    first.stop()
    assert second.answers()
    starter.end()
    deadline = time.monotonic() + ENDS_WITHIN_SECONDS
    while second.answers():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_server_that_does_not_start_says_why(starter: Starter, tmp_path: Path) -> None:
    class Wrong(SandboxSettings):
        def to_environment(self) -> dict[str, str]:
            return {"SANDBOX_SETTINGS": '{"account": 1}'}

    with pytest.raises(SandboxError, match="unexpected keyword argument 'account'"):
        starter.launch(Wrong(), log=tmp_path / "log", tied=True)
    good = starter.launch(SandboxSettings(), log=tmp_path / "log", tied=True)
    assert good.answers()
