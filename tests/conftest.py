"""What every test may use: the tools' environment, the estate as it is written, golden files."""

import gc
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import tomlkit
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from pay.environments.load import load_environments
from pay.model import Environment
from tests.docs.pages import read
from tests.policies import warm_gate
from tests.support import warm_sandboxes
from tests.support.coverage_floors import are_reached, merged_coverage, report, shares
from tests.support.cpu_seconds import slowness
from tests.support.helper_process import helper_process
from tests.support.light_mirror import light_mirror
from tests.support.made_once import made_once
from tests.support.terraform_launcher import write_launcher
from tests.support.time_report import time_report
from toolchain.environment import tool_environment

# How long one example takes says more of the machine's other work than of the code.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.register_profile("quick", deadline=None, max_examples=10)
hypothesis.settings.load_profile("project")

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"

COVERED = pytest.StashKey[list[str]]()
"""The lines about coverage that the summary prints."""

NUMBERS = count()
"""Of the folders of tests."""

OF_ALL_WORKERS = {
    warm_gate.ADDRESS: (warm_gate.__name__, warm_gate.GATE_PYTHON),
    warm_sandboxes.ADDRESS: (warm_sandboxes.__name__, Path(sys.executable)),
}
"""Variable -> the module and the Python of the process whose address it has, for all workers."""

MOVING = ("connector", "egress", "frontend", "ledger")
"""The services of production that `both_sides` has half way."""

OF_CDKTF = {
    "CDKTF_CONTEXT_JSON": '{"cdktfRelativeModules":[]}',
    "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS": "true",
}
"""What the cdktf CLI sets for main.py. Entries that were made with it serve the CLI."""

SHARING = {
    "tests/lab/test_interruptions.py": "a lab that breaks",
    "tests/lab/test_mutations.py": "a lab that breaks",
    "tests/lab/test_ordinary_day.py": "a day",
    "tests/lab/": "a lab",
    "tests/stacks/": "the estate",
    "tests/sandbox/": "a server",
}
"""Files, and folders of files, that share what takes long to make."""

FIRST = (
    "a lab",
    "a day",
    "tests/docs/test_pages.py",
    "tests/e2e/test_deploy.py",
    "tests/e2e/test_every_stack_plans.py",
    "a lab that breaks",
    "tests/rollout/guard/test_real_plans.py",
    "tests/e2e/test_demo.py",
    "tests/e2e/test_adoption.py",
    "tests/bench/test_ratios.py",
    "tests/rollout/measure/test_acceptance.py",
    "tests/e2e/test_sleep.py",
    "tests/rollout/cli/test_neighbours.py",
    "tests/pay/hcl/test_estate.py",
    "tests/rollout/delivery/test_apply.py",
)
"""What takes more than a minute and a half, the longest first."""

LONG = (
    "tests/docs/",
    "tests/lab/",
    "tests/pay/model/scaling/test_simulation.py",
    "tests/pay/model/stage/test_invariants.py",
    "tests/pay/service/test_containers.py",
    "tests/policies/engine/test_waivers.py",
    "tests/rollout/adoption/",
    "tests/rollout/board/",
    "tests/rollout/cli/",
    "tests/rollout/cost/",
    "tests/rollout/doctor/",
    "tests/rollout/pipelines/",
    "tests/rollout/schedule/test_timetable.py",
    "tests/rollout/tasks/test_migrations.py",
    "tests/rollout/versions/",
    "tests/sandbox/",
    "tests/stacks/",
    "tests/toolchain/",
)
"""They run whole commands, servers or several processes, synthesise the estate, simulate weeks, or
look at every page, pipeline or move of every environment: `make check` leaves them to `make test`.
"""

WHOLLY_LONG = re.compile(r"^pytestmark = .*pytest\.mark\.(slow|e2e)\b", re.MULTILINE)
"""A file that marks all of its tests."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write every generated file in Git again, and run no other test",
    )
    parser.addoption("--folder-times", action="store_true", help="print the seconds of each folder")
    parser.addoption(
        "--quick",
        action="store_true",
        help="leave out the slow and e2e tests, as `make check` does",
    )


def pytest_configure(config: pytest.Config) -> None:
    # A shell starts what runs in the background with Ctrl-C ignored, and programs inherit it; the
    # tests of Ctrl-C would wait for nothing.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        helpers = ExitStack()
        config.add_cleanup(helpers.close)
        for variable, (module, python) in OF_ALL_WORKERS.items():
            if python.exists():  # a checkout may have the tools of some tests only
                os.environ[variable] = str(helpers.enter_context(helper_process(module, python)))
    if config.getoption("--quick"):
        config.option.markexpr = "not slow and not e2e"
        hypothesis.settings.load_profile("quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no file whose tests are all left out: a quarter of the time of `make check`, and most
    of that of writing golden files.
    """
    quick, update = config.getoption("--quick"), config.getoption("--update-golden")
    if quick and f"{collection_path.relative_to(ROOT)}/" in LONG:
        return True
    if not (quick or update) or collection_path.suffix != ".py":
        return None
    text = collection_path.read_text()
    if update and "golden" not in text:
        return True
    is_long = str(collection_path.relative_to(ROOT)).startswith(LONG)
    return (quick and (is_long or WHOLLY_LONG.search(text) is not None)) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left with one of them at the end."""
    if config.getoption("--update-golden"):
        others = [item for item in items if "golden" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.slow)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[int, bool, bool]:
    """Return the order: what takes longest, e2e tests, what is shared, and all others."""
    shared = scope(item.nodeid)
    return (
        FIRST.index(shared) if shared in FIRST else len(FIRST),
        item.get_closest_marker("e2e") is None,
        shared not in SHARING.values(),
    )


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported and collected: it stays to the end. What tests
    make it looks at less often; they seldom make cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 10)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Fail where tests run less of a pure package than they must."""
    yield
    # Neither a worker nor a pytest that a test started has what all workers measured.
    has_workers = session.config.pluginmanager.hasplugin("dsession")
    measured = merged_coverage() if has_workers else None
    if measured is None:
        return
    percents = shares(measured)
    session.config.stash[COVERED] = report(percents)
    if session.exitstatus == pytest.ExitCode.OK and not are_reached(percents):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what may have failed the run below what did not."""
    config = terminalreporter.config
    if config.getoption("--folder-times"):
        reports = [report for reports in terminalreporter.stats.values() for report in reports]
        terminalreporter.section("seconds by folder, of all workers together")
        for line in time_report((r.nodeid, r.duration) for r in reports if hasattr(r, "duration")):
            terminalreporter.write_line(line)
        times = f"{slowness():.1f} times as long as one that limits are meant for"
        terminalreporter.write_line(f"A processor here takes {times}")
    if COVERED in config.stash:
        terminalreporter.section("coverage of the pure packages")
        for line in config.stash[COVERED]:
            terminalreporter.write_line(line)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return ByWhatTheyShare(config, log)


class ByWhatTheyShare(LoadScopeScheduling):
    """Keeps tests that share a fixture on one worker, where it is made once."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """Return what a test shares, or its file."""
    file = nodeid.partition("::")[0]
    return next((shared for begin, shared in SHARING.items() if file.startswith(begin)), file)


@pytest.fixture(scope="session", autouse=True)
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment that terraform, cdktf and jsii run in; set for this process too.

    Terraform and the provider live for seconds: a fifth of their work is to collect garbage that
    the end of the process collects for nothing. They collect it from a gigabyte on.
    """
    environment = {**tool_environment(), "GOGC": "off", "GOMEMLIMIT": "1GiB"}
    environment |= light_mirror(tmp_path_factory.mktemp("mirror"), environment)
    programs = tmp_path_factory.mktemp("programs")
    with helper_process("tests.support.provider_keeper") as keeper, warm_sandboxes.used():
        write_launcher(programs, environment["PATH"], keeper)
        environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
        os.environ.update(environment)
        yield environment


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder, as pytest's own. That one lists all others for a number, and writes a link
    to the newest: half of the system's time in `make check`.
    """
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}{next(NUMBERS)}"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(scope="session")
def environments() -> Mapping[str, Environment]:
    """The committed environments."""
    return load_environments(ROOT / "environments")


@pytest.fixture(scope="session")
def synthesised_checkout(
    tools: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Path:
    """A folder with `cdktf.out`, into which nobody writes, and what `cdktf synth` keeps, all made
    new.
    """

    def make(folder: Path) -> None:
        folder.mkdir()
        for name in ("main.py", "cdktf.json", "environments", "toolchain"):
            (folder / name).symlink_to(ROOT / name)
        synthesise(Path("cdktf.out"), tools, folder, **OF_CDKTF)

    return made_once(tmp_path_factory, worker_id, "synthesised", make)


@pytest.fixture(scope="session")
def written(synthesised_checkout: Path) -> Path:
    """The folder of all stacks, `<id>/cdk.tf`, as main.py writes them; nobody writes into it."""
    return synthesised_checkout / "cdktf.out" / "stacks"


@pytest.fixture(scope="session")
def kept(synthesised_checkout: Path) -> Path:
    """The entries of all stacks; `cdktf synth` in a copy of the checkout reuses and adds some."""
    return synthesised_checkout / ".cache" / "kept-stacks"


@pytest.fixture(scope="session")
def both_sides(
    tools: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Path:
    """Return a folder of stacks that main.py wrote, for production services of every scope.

    Each service has half of its traffic on each side, regardless of its stage today.
    """

    def make(folder: Path) -> None:
        environments = tmp_path_factory.mktemp("environments")
        shutil.copytree(ROOT / "environments", environments, dirs_exist_ok=True)
        production = environments / "production-2.toml"
        document: Any = tomlkit.parse(production.read_text())
        for service in MOVING:
            document["services"][service]["stage"] = "half"
        production.write_text(tomlkit.dumps(document))
        stacks = [f"production-2-{service}-*" for service in MOVING]
        selected = " ".join(["production-2-platform", *stacks, "test-12-platform"])
        synthesise(folder, tools, PAY_ENVIRONMENTS=str(environments), PAY_STACKS=selected)

    return made_once(tmp_path_factory, worker_id, "both-sides", make) / "stacks"


def synthesise(
    outdir: Path, tools: Mapping[str, str], checkout: Path = ROOT, **settings: str
) -> None:
    """Run main.py of a checkout as cdktf does, with PAY_ settings."""
    subprocess.run(
        [sys.executable, "-O", "main.py"],
        cwd=checkout,
        env={**tools, "CDKTF_OUTDIR": str(outdir), **settings},
        check=True,
    )


@pytest.fixture
def block(request: pytest.FixtureRequest) -> str:
    """The commands in a page about a task whose marker names this test, which runs them."""
    test = f"{request.path.relative_to(ROOT)}::{request.function.__name__}"
    pages = (read(path) for path in (ROOT / "docs" / "tasks").glob("*.md"))
    [text] = [each.text for page in pages for each in page.blocks if test in each.marker.split()]
    return text


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str | Path, str], None]:
    """Compare a text with a file, by its path or its name below tests/golden.

    `pytest --update-golden` writes all of them.
    """

    def compare(name: str | Path, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert text == path.read_text(), (
            f"{path.relative_to(ROOT)} differs; if it should, run pytest --update-golden"
        )

    return compare
