"""`toolchain.cdktn.switch`: the commit that leaves cdktf, kept true; `make cdktn` tries it."""

import re
import subprocess
from pathlib import Path

import pytest

from toolchain.cdktn import switch
from toolchain.cdktn.switch import Edit
from toolchain.paths import ROOT
from toolchain.problems import ToolProblem

FILES = {
    "main.py": "from cdktf import App\n",
    "stacks/base.py": 'import cdktf\nRUN = "import sys, cdktf; cdktf.App()"\n',
    "constructs/pay/output.py": '"""As `cdktf synth` prints."""\nV = version("cdktf")\n',
    "tests/test_one.py": 'OUT = "cdktf.out"  # cdktf writes it\n',
    "toolchain/paths.py": 'CDKTF = NODE_MODULES / ".bin" / "cdktf"\n',
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


EDIT = Edit("toolchain/paths.py", '".bin" / "cdktf"', '".bin" / "cdktn"')


def test_code_names_the_other_package_and_prose_and_files_keep_their_names(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch, "EDITS", (EDIT,))
    assert switch.switched(checkout) == {
        "main.py": "from cdktn import App\n",
        "stacks/base.py": 'import cdktn\nRUN = "import sys, cdktn; cdktn.App()"\n',
        "constructs/pay/output.py": '"""As `cdktf synth` prints."""\nV = version("cdktn")\n',
        "toolchain/paths.py": 'CDKTF = NODE_MODULES / ".bin" / "cdktn"\n',
    }


def test_every_edit_that_does_not_fit_is_told_at_once(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = EDIT._replace(old="NOT THERE")
    twice = Edit("main.py", "p", "q")
    monkeypatch.setattr(switch, "EDITS", (gone, EDIT, twice))
    with pytest.raises(ToolProblem) as refusal:
        switch.switched(checkout)
    assert "toolchain/paths.py has 'NOT THERE' 0 times" in str(refusal.value)
    assert "main.py has 'p' 3 times" in str(refusal.value)


def test_the_commit_of_today_is_a_patch_that_git_applies_and_leaves_no_import() -> None:
    texts = switch.switched(ROOT)
    imports = re.compile(r"(from|import) cdktf\b")
    assert [name for name, text in texts.items() if imports.search(text)] == []
    done = subprocess.run(
        ["git", "apply", "--check", "-"],
        cwd=ROOT,
        input=switch.patch(ROOT, texts),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
