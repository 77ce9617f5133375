"""`make setup`: everything this project needs, into the checkout, and nothing twice."""

import fcntl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from toolchain.bindings import generate
from toolchain.environment import tool_environment
from toolchain.locks import virtual_environments
from toolchain.paths import CACHE, VENV
from toolchain.problems import ToolProblem
from toolchain.progress import say
from toolchain.setup import bytecode, node, shell_commands, terraform


def install(*, with_prebuilt: bool = False) -> None:
    """Installs what is missing; `with_prebuilt` adds the benchmark's own environment."""
    with _one_at_a_time():
        started = time.monotonic()
        if not VENV.is_dir():
            say("Installing into this checkout (a few minutes the first time):")
        virtual_environments.create("project")  # the others put commands into its bin
        virtual_environments.install_uv()
        made = _side_by_side(
            [_python_packages, _node_packages_and_bindings, _checkov]
            + ([_prebuilt] if with_prebuilt else [])
        )
        made = bytecode.write() or made
        terraform.provide()
        shell_commands.write()
        if made:
            say(f"Everything is installed ({time.monotonic() - started:.0f} s).")


def _python_packages() -> bool:
    made = virtual_environments.install("project", "Python packages (.venv)")
    return virtual_environments.install_project() or made


def _node_packages_and_bindings() -> bool:
    node.provide()
    env = tool_environment()
    made = node.install_packages(env)
    return generate.generate(env) or made


def _checkov() -> bool:
    made = virtual_environments.install("checkov", "checkov (.venv-checkov)")
    virtual_environments.add_source_roots("checkov")
    return made


def _prebuilt() -> bool:
    return virtual_environments.install("prebuilt", "the prebuilt provider (.venv-prebuilt)")


def _side_by_side(jobs: list[Callable[[], bool]]) -> bool:
    """Runs independent parts in parallel; raises every part's problem, as one, at the end."""
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(job) for job in jobs]
    problems = [future.exception() for future in futures if future.exception()]
    if len(problems) > 1 and all(isinstance(problem, ToolProblem) for problem in problems):
        raise ToolProblem.together([str(problem) for problem in problems])
    return any([future.result() for future in futures])


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work in this checkout: waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
