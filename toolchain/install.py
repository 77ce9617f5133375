"""`make setup`: everything this project needs, into the checkout, and nothing twice."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bindings import generate
from toolchain import node, shell_commands, terraform, virtual_environments
from toolchain.environment import tool_environment
from toolchain.paths import CACHE


def install(*, with_prebuilt: bool = False) -> None:
    """Installs what is missing; `with_prebuilt` adds the benchmark's own environment."""
    with _one_at_a_time():
        started = time.monotonic()
        made = [
            virtual_environments.install("project", "Python packages (.venv)"),
            virtual_environments.install_project(),
        ]
        node.provide()
        terraform.provide()
        shell_commands.write()
        env = tool_environment()
        made += [
            node.install_packages(env),
            generate.generate(env),
            virtual_environments.install("checkov", "checkov (.venv-checkov)"),
        ]
        if with_prebuilt:
            made.append(
                virtual_environments.install("prebuilt", "prebuilt provider (.venv-prebuilt)")
            )
        if any(made):
            print(f"  everything is installed ({time.monotonic() - started:.0f} s)", flush=True)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  another set-up is at work in this checkout: waiting for it ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
