"""`make setup`: installs everything that this project needs into the checkout, once."""

import fcntl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from toolchain.bindings import generate
from toolchain.commands import write_command
from toolchain.environment import tool_environment
from toolchain.locks import virtual_environments
from toolchain.locks.lock_inputs import NAMES
from toolchain.paths import (
    CACHE,
    CDKTF,
    IMPORTS,
    NODE_MODULES,
    ROOT,
    VENV,
    VENV_BIN,
    virtual_environment,
)
from toolchain.problems import ToolProblem
from toolchain.progress import say
from toolchain.setup import bytecode
from toolchain.setup.node import NODE, install_packages
from toolchain.setup.terraform import TERRAFORM


def install(*, with_prebuilt: bool = False) -> None:
    """Install what is missing; `with_prebuilt` also installs the benchmark's environment.

    Raises ToolProblem with the problems of all parts.
    """
    _refuse_links()
    with _one_at_a_time():
        started = time.monotonic()
        if not VENV.is_dir():
            say("Installing into this checkout (a few minutes the first time):")
        virtual_environments.create("project")  # the other parts add commands to its bin
        virtual_environments.install_uv()
        jobs = [_python_packages, _node_packages_and_bindings, _checkov, _locust]
        if with_prebuilt:
            title = "the prebuilt provider (.venv-prebuilt)"
            jobs.append(lambda: virtual_environments.install("prebuilt", title))
        changed = _in_parallel(jobs)
        changed = bytecode.write() or changed
        TERRAFORM.provide()
        # Sets all variables; run it after `. .venv/bin/activate`.
        python = f'"{VENV_BIN}/python"'
        run = f"exec {python} -m toolchain run -- {python} -m sandbox.plan_only"
        write_command(VENV_BIN / "cdktf", f'{run} "{CDKTF}" "$@"')
        if changed:
            say(f"Everything is installed ({time.monotonic() - started:.0f} s).")


def _refuse_links() -> None:
    """Raise ToolProblem where a folder of set-up is a link out of the checkout.

    Installing would change the other checkout.
    """
    names = (*map(virtual_environment, NAMES), CACHE, IMPORTS, NODE_MODULES)
    links = [folder for folder in names if not folder.resolve().is_relative_to(ROOT)]
    if links:
        raise ToolProblem(
            "; ".join(f"{folder.name} leads to {folder.resolve()}" for folder in links),
            needed="folders inside this checkout, which set-up may change",
            do=f"remove the links (rm {' '.join(folder.name for folder in links)}), "
            "then run `make setup`",
        )


def _python_packages() -> bool:
    changed = virtual_environments.install("project", "Python packages (.venv)")
    return virtual_environments.install_project() or changed


def _node_packages_and_bindings() -> bool:
    NODE.provide()
    env = tool_environment()
    changed = install_packages(env)
    return generate.generate(env) or changed


def _checkov() -> bool:
    changed = virtual_environments.install("checkov", "checkov (.venv-checkov)")
    virtual_environments.add_source_roots("checkov")
    return changed


def _locust() -> bool:
    return virtual_environments.install("locust", "Locust (.venv-locust)")


def _in_parallel(jobs: list[Callable[[], bool]]) -> bool:
    """Run independent parts in parallel, then raise the problems of all parts as one."""
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(job) for job in jobs]
    problems = [problem for future in futures if (problem := future.exception())]
    if len(problems) > 1 and all(isinstance(problem, ToolProblem) for problem in problems):
        raise ToolProblem.together([str(problem) for problem in problems])
    return any(future.result() for future in futures)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up runs in this checkout; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
