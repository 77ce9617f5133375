"""The pages of the documentation name what exists, and the commands in them work.

A block marked `sh` runs in a copy of the checkout, `sh sandbox` with Terraform and a local AWS as
well, `sh stand-in: PROGRAM` with a program that stands in for one that is not here.
`sh tested: PATH::TEST ...` names the tests that run its commands, which are also checked for
programs and options. The arguments of `pay` are parsed in every block. `toml checked: FILE` is
read by the reader of that file. A `text` block shows what the commands above it print; `...` stands
for anything. A block marked `LANGUAGE write FILE`, `LANGUAGE append FILE` or
`LANGUAGE insert FILE LINE` is written there, the last one below a line.
"""

import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pay.model import InvalidInput
from tests.conftest import ROOT
from tests.docs import checked_files, commands, named_tests, session, stand_in
from tests.docs.pages import Block, Page, read

TASKS = ROOT / "docs" / "tasks"
TASK_PAGES = [read(path) for path in sorted(TASKS.glob("*.md")) if path.name != "README.md"]
SUPPRESSION = next(
    block.text
    for block in read(TASKS / "suppress-a-false-positive.md").blocks
    if block.language == "toml"
)

HEADINGS = ["Before you start", "Do it", "Check", "Undo"]
EXPLAINING = {"when-something-goes-wrong.md"}
"""Pages that answer a question and change nothing."""

LONGEST_PAGE_LINES = 100
LONGEST_LINE = 120

TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.splitlines()
EVERY_PAGE = [read(ROOT / name) for name in TRACKED if name.endswith(".md")]
DECIDED = ROOT / "docs" / "decisions"
PAGES_OF_TODAY = [page for page in EVERY_PAGE if DECIDED not in page.path.parents]
README = ROOT / "README.md"
TRIED_PAGES = [page for page in PAGES_OF_TODAY if page.blocks and page.path != README]
"""README.md has a test of its own."""

BASES = (ROOT, ROOT / "constructs", ROOT / "constructs" / "pay")
ELSEWHERE = {
    "constructs/__init__.py": "must never exist",
    "terraform/modules/aws/sqs.tf": "of another repository",
    "aws/inspector/FindingStatus": "a field of Security Hub",
    "environments/findings/": "the first acknowledgement makes it",
    "sandbox/lab": "the place of lab/ before decision 106",
    ".github/workflows/": "in the repository that copies the pipelines there",
}
LOCK = "tests/rollout/cli/test_lock.py::test_a_lock_is_taken_shown_and_given_back"
RELEASE = (
    "tests/e2e/test_deploy.py::"
    "test_a_release_runs_on_both_sides_by_one_digest_with_a_smoke_test_between"
)
WALK = (
    "tests/lab/test_walks.py::test_the_judge_stops_a_fault_and_a_service_goes_through_every_stage"
)
SCHEMA = (
    "tests/toolchain/bindings/test_bindings.py::test_the_real_provider_has_the_schema_of_the_file"
)
SET_UP = "tests/toolchain/setup/test_setup.py::test_a_second_set_up_does_nothing"
KILLED = (
    "tests/sandbox/test_state_lock.py::test_a_lock_that_a_killed_apply_left_is_released_by_its_id"
)
PATH = re.compile(r"(?!registry\.terraform\.io|[A-Z]+/)\.?[\w-][\w.-]*/(?:[\w.-]+/)*[\w.-]*")
MODULE = re.compile(r"(?:pay|stacks|rollout|policies|sandbox|lab|toolchain)(?:\.[a-zA-Z_]+)+")


def name(page: Page) -> str:
    return str(page.path.relative_to(ROOT))


def about_today(page: Page) -> list[str]:
    """The code in a page's sentences; a decision's context may name what was there before it."""
    is_decision = page.path.parent == DECIDED and page.path.name != "README.md"
    text = page.text.partition("## Decision")[2] if is_decision else page.text
    return Page(page.path, text).code


@pytest.mark.parametrize("page", EVERY_PAGE, ids=name)
def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links:
        if re.match("https://|mailto:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.path.parent / file).resolve() if file else page.path
        assert target.exists(), f"{link}: no such file"
        assert not anchor or anchor in read(target).anchors, f"{link}: no such heading"


@pytest.mark.parametrize("page", EVERY_PAGE, ids=name)
def test_paths_exist(page: Page) -> None:
    paths = {code for code in about_today(page) if PATH.fullmatch(code)} - set(ELSEWHERE)
    missing = {
        path
        for path in paths
        if not any((base / path).exists() for base in (*BASES, page.path.parent))
        and not any(ROOT.glob(f"*/{path}"))
    }
    assert missing - ignored(missing) == set()


def ignored(paths: set[str]) -> set[str]:
    """Those that a command makes, which Git therefore ignores."""
    listed = subprocess.run(
        ["git", "check-ignore", "--stdin"],
        cwd=ROOT,
        input="\n".join(paths),
        capture_output=True,
        text=True,
    )
    return set(listed.stdout.splitlines())


@pytest.mark.parametrize("page", EVERY_PAGE, ids=name)
def test_modules_exist(page: Page) -> None:
    modules = {code for code in about_today(page) if MODULE.fullmatch(code)}
    assert {module for module in modules if not is_there(module)} == set()


def is_there(module: str) -> bool:
    """Whether it is a module, or a name that one defines."""
    for base in (ROOT, ROOT / "constructs"):
        path = base / module.replace(".", "/")
        if path.is_dir() or path.with_suffix(".py").exists():
            return True
        for file in (path.parent.with_suffix(".py"), path.parent / "__init__.py"):
            if file.exists() and re.search(rf"\b{path.name}\b", file.read_text()):
                return True
    return False


def test_the_index_says_why_every_top_level_entry_exists() -> None:
    rows = re.findall(r"^\| `(.+?)/?` \|", (ROOT / "docs" / "index.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted({name.partition("/")[0] for name in TRACKED})


@pytest.mark.parametrize("index", ["docs/index.md", "docs/tasks/README.md"])
def test_an_index_lists_every_page_beside_it(index: str) -> None:
    page = read(ROOT / index)
    files = {path.name for path in page.path.parent.glob("*.md")} - {page.path.name}
    assert files <= set(page.links)


@pytest.mark.parametrize("page", TASK_PAGES, ids=name)
def test_a_task_page_has_the_form_of_all(page: Page) -> None:
    headings = re.findall(r"^## (.+)$", page.text, re.MULTILINE)
    assert page.path.name in EXPLAINING or headings == HEADINGS
    lines = page.text.splitlines()
    assert len(lines) <= LONGEST_PAGE_LINES
    shown = [line for line in lines if not line.lstrip().startswith(("|", "```"))]
    assert [line for line in shown if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("page", TRIED_PAGES, ids=name)
def test_every_block_says_how_it_is_tried(page: Page) -> None:
    before: Block | None = None
    for block in page.blocks:
        check(block, before)
        before = block


@pytest.mark.parametrize("page", [page for page in PAGES_OF_TODAY if page.blocks], ids=name)
def test_each_command_of_pay_has_the_arguments_that_it_takes(page: Page) -> None:
    for block in page.blocks:
        if block.language == "sh":
            commands.check_pay(block.text)


def check(block: Block, before: Block | None) -> None:
    """Fail for a block that nothing runs, or that is wrong use."""
    match block.language, block.marker:
        case "sh", "" | "sandbox":
            pass
        case "sh", marker if marker.startswith(stand_in.MARKER):
            program = marker.removeprefix(stand_in.MARKER)
            assert program in stand_in.PROGRAMS
            assert program in {words[0] for words in commands.commands(block.text)}
        case "sh", marker if marker.startswith("tested: "):
            commands.check(block.text)
            named_tests.check(marker.split()[1:], commands.commands(block.text))
        case "toml", marker if marker.startswith("checked: "):
            file = marker.removeprefix("checked: ")
            assert file in checked_files.READERS, f"line {block.line}: found no reader of {file}"
            checked_files.READERS[file](block.text)
        case "text", "":
            assert before is not None, f"line {block.line}: output of what?"
            assert before.language == "sh", f"line {block.line}: output of what?"
        case _, marker if re.fullmatch(r"(write|append) \S+|insert \S+ .+", marker):
            pass
        case _:
            pytest.fail(f"line {block.line}: no test knows what to do with this block")


@pytest.mark.parametrize(
    "block",
    [
        Block("sh", "untested: needs the account", "pay lock test-12 --free\n", 1),
        Block("sh", "stand-in: podman", "podman run a:1\n", 1),
        Block("sh", "stand-in: docker", "pay lock test-12 --free\n", 1),
        Block("sh", f"tested: {LOCK}", "pay stagez\n", 1),
        Block("sh", f"tested: {LOCK}", "pay judge test-12\n", 1),
        Block("toml", "checked: needs a finding of yours", SUPPRESSION, 1),
        Block("text", "", "output\n", 1),
    ],
)
def test_a_block_that_nothing_runs_is_refused(block: Block) -> None:
    wrong = (AssertionError, pytest.fail.Exception, commands.UnknownCommand, named_tests.NotRun)
    with pytest.raises(wrong):
        check(block, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("owner", "ownr"),
        ('"inspector"', '"inspektor"'),
        ("CVE-2026-12345", "CVE-12345"),
        ("connector", "conector"),
        ("production-2", "test-12"),
        ("2027-01-31", '"soon"'),
        ("[[suppression]]", "[[suppressions]]"),
    ],
)
def test_a_suppression_that_the_file_could_not_have_is_refused(old: str, new: str) -> None:
    right = Block("toml", "checked: environments/suppressions.toml", SUPPRESSION, 1)
    check(right, None)
    with pytest.raises(InvalidInput):
        check(replace(right, text=right.text.replace(old, new)), None)


def test_the_check_of_commands_refuses_wrong_use() -> None:
    for wrong in (
        "pay stagez",
        "pay --install-completion",
        "pay promote test-12 connector --evidense x",
        "pay promote test-12 --evidence x",
        "pay promote test-12 connector fargate --evidence x",
        "pay promote test-21 connector --evidence x",
        "pay promote test-12 conector --evidence x",
        "pay rollback test-12 connector --to nowhere",
        "pay images pin test-12 ngnix 213",
        "pay pipeline concourse",
        'eval "$(make -s sandboxx)"',
        "make sandbox WHERE=test-12",
        "cdktf depoy test-12-connector-traffic",
        "cdktf deploy --aproved test-12-connector-traffic",
        "TF_VAR_x=1 terraform -chdir=x imprt a b",
        "docs/no-such-script.sh",
        "python -m no_such_module",
        "docker run a:1",
    ):
        with pytest.raises(commands.UnknownCommand):
            commands.check(wrong)
    commands.check("pay apply ../base plans reviewed.md | pay guard --rules")


def test_a_command_of_pay_in_a_loop_is_checked() -> None:
    loop = "until pay renew {} --json; do sleep 1; done"
    commands.check_pay(loop.format("sandbox"))
    with pytest.raises(commands.UnknownCommand, match="Got unexpected extra argument"):
        commands.check_pay(loop.format("sandbox now"))


@pytest.mark.parametrize(
    ("test", "script", "said"),
    [
        ("tests/e2e/test_none.py::test_none", "pay judge test-12", "no such test"),
        ("tests/rollout/cli/test_lock.py::test_none", "pay lock test-12 --free", "no such test"),
        ("tests/rollout/cli/test_lock.py::lock", "pay lock test-12 --free", "no such test"),
        (LOCK, "pay judge test-12", "pay judge test-12: found no test"),
        (LOCK, "pay lock test-12 --break", "pay lock test-12 --break: found no test"),
        (LOCK, "cdktf deploy test-12-platform", "cdktf deploy test-12-platform: found no test"),
        (LOCK, "aws sso login", "aws sso login: found no test"),
        (LOCK, "export AWS_PROFILE=test-12", "none of the block's commands"),
        (SCHEMA, "make lock", "toolchain lock: found no test"),
        (LOCK, "make lock", "toolchain lock: found no test"),
        (LOCK, "pay adopt test-12", "pay adopt test-12: found no test"),
        (LOCK, "git diff", "git diff: found no test"),
        (RELEASE, "pay patch test-12 nginx 213", "pay patch test-12 nginx 213: found no test"),
        (RELEASE, "pay plan-changes a b", "pay plan-changes a b: found no test"),
        (RELEASE, "terraform plan", "terraform plan: found no test"),
        (SCHEMA, "make no-such-target", "No rule to make target"),
        (LOCK, "pytest --update-golden", "pytest --update-golden: found no test"),
        (LOCK, "pytest tests/rollout/smoke", "pytest tests/rollout/smoke: found no test"),
    ],
)
def test_the_check_of_named_tests_refuses_what_they_do_not_run(
    test: str, script: str, said: str
) -> None:
    named_tests.check([LOCK], commands.commands("pay lock test-12 --free"))
    named_tests.check([LOCK], commands.commands("pytest tests/rollout"))
    named_tests.check([SCHEMA, SET_UP], commands.commands("make bindings"))
    named_tests.check([KILLED], commands.commands("terraform force-unlock ID"))
    named_tests.check([RELEASE], commands.commands("pay deploy test-12 connector 412 --dry-run"))
    named_tests.check([WALK], commands.commands("cdktf deploy --ignore-missing-stack-dependencies"))
    with pytest.raises(named_tests.NotRun, match=said):
        named_tests.check([test], commands.commands(script))


def mark(page: Page) -> pytest.MarkDecorator:
    """Terraform takes its time, and so does every start of a command."""
    local_aws = any(block.marker == "sandbox" for block in page.blocks)
    return pytest.mark.e2e if local_aws else pytest.mark.slow


def runnable(page: Page) -> list[Block]:
    """The blocks that run, those that are written as the commands that write them."""
    return [
        written(block) if block.marker.startswith(("write ", "append ", "insert ")) else block
        for block in page.blocks
        if (block.language, block.marker) != ("text", "")
        and not block.marker.startswith(("tested: ", "checked: "))
    ]


def test_people_start_nothing_by_the_name_of_a_module() -> None:
    """`pay` and make are the doors."""
    assert [
        f"{name(page)}: {line}"
        for page in PAGES_OF_TODAY
        for block in page.blocks
        for line in block.text.splitlines()
        if "python -m" in line
    ] == []


def written(block: Block) -> Block:
    verb, path, *where = block.marker.split()
    if verb == "insert":
        do = f"| sed -i '/^ *{' '.join(where)}$/r /dev/stdin' {path}"
    else:
        do = f"{'>' if verb == 'write' else '>>'} {path}"
    return Block("sh", "", f"printf %s {shlex.quote(block.text)} {do}\n", block.line)


@pytest.fixture(scope="module")
def committed(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as a reader has cloned and synthesised it; nobody writes into it."""
    return session.committed_checkout(tmp_path_factory.mktemp("committed"), kept)


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=mark(page), id=name(page)) for page in TRIED_PAGES if runnable(page)],
)
def test_the_commands_of_a_page_work(
    page: Page, tools: Mapping[str, str], tmp_path: Path, committed: Path
) -> None:
    shown = {block.line: after for block, after in outputs(page)}
    ran = session.run(tmp_path, runnable(page), tools, committed)
    for each in ran:
        assert each.finished, f"line {each.block.line} failed:\n{each.output}"
        if (expected := shown.get(each.block.line)) is not None:
            assert as_shown(expected.text, each.output), (
                f"line {expected.line} shows\n{expected.text}\nbut this was printed\n{each.output}"
            )


def outputs(page: Page) -> list[tuple[Block, Block]]:
    """Each block of commands with the block that shows its output."""
    pairs = zip(page.blocks, page.blocks[1:], strict=False)
    return [
        (block, after) for block, after in pairs if (after.language, after.marker) == ("text", "")
    ]


def as_shown(expected: str, printed: str) -> bool:
    """Return whether the parts between `...` were printed in this order, apart from spaces, colours
    and the lines of tables.
    """
    plain = " ".join(re.sub(r"\x1b\[[0-9;]*m|[┃│]", "", printed).split())
    position = 0
    for part in (" ".join(part.split()) for part in expected.split("...")):
        position = plain.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def test_output_is_compared_part_by_part() -> None:
    printed = "connector in test-12:  canary\n \x1b[1m-> quarter\x1b[0m │ by root\n"
    assert as_shown("connector ... canary -> quarter ... root\n", printed)
    assert not as_shown("quarter ... canary\n", printed)
    assert not as_shown("canary -> half\n", printed)
