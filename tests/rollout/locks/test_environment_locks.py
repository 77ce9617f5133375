"""The lock of an environment around a command, however the command ends."""

import os
import signal
from collections.abc import Mapping

import pytest

from pay.model import Environment
from rollout.locks.environment_locks import locked
from rollout.terminal.refusal import Refused
from sandbox.server.process import Server


@pytest.fixture
def sandbox(
    environments: Mapping[str, Environment],
    lock_server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> Environment:
    for name, value in lock_server.variables().items():
        monkeypatch.setenv(name, value)
    return environments["sandbox"]


def test_sigterm_ends_a_command_as_ctrl_c_does_and_gives_its_lock_back(
    sandbox: Environment,
) -> None:
    """A pipeline that is stopped sends it: an unhandled one ends the process with the lock taken,
    and a release half way. A second one disturbs nothing that is being put back.
    """
    put_back = []
    before = signal.getsignal(signal.SIGTERM)

    def work() -> None:
        with locked([sandbox], "pay deploy", "me"):
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)
                put_back.append(True)

    with pytest.raises(KeyboardInterrupt, match="ended by SIGTERM"):
        work()
    assert put_back == [True]
    assert signal.getsignal(signal.SIGTERM) is before
    with locked([sandbox], "pay deploy", "somebody else"):
        pass


def test_a_command_that_is_refused_the_lock_leaves_signals_as_they_were(
    sandbox: Environment,
) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def second() -> None:
        with locked([sandbox], "pay deploy", "two"):
            pass

    with locked([sandbox], "pay deploy", "one"), pytest.raises(Refused):
        second()
    assert signal.getsignal(signal.SIGTERM) is before
