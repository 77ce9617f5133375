"""What set-up reports of the programs that it runs."""

from pathlib import Path

import pytest

from toolchain.commands import run_logged, unavailable
from toolchain.problems import ToolProblem

UV = """\
  x No solution found when resolving dependencies:
  ╰─▶ Because there is no version of
      typer==99.0 and your project depends on typer==99.0, we can
      conclude that your project's requirements are unsatisfiable.
"""


@pytest.mark.parametrize(
    ("output", "missing"),
    [
        (UV, "typer==99.0"),
        ("Because there are no versions of rich>=99 and you require rich>=99", "rich>=99"),
        (
            "Because no-such-thing was not found in the package registry and you require "
            "no-such-thing, we can conclude",
            "no-such-thing",
        ),
        (
            "npm error code ETARGET\nnpm error notarget No matching version found for "
            "cdktf-cli@0.99.0.\nnpm error notarget In most cases",
            "cdktf-cli@0.99.0",
        ),
        ("npm error 404  'no-such-thing@1.0.0' is not in this registry.", "no-such-thing@1.0.0"),
        ("npm error network request to https://registry failed", None),
        ("error: Request failed after 3 retries", None),
    ],
)
def test_names_the_version_that_cannot_be_had(output: str, missing: str | None) -> None:
    assert unavailable(output) == missing


def test_says_where_to_correct_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolchain.commands.LOGS", tmp_path)
    monkeypatch.setattr("toolchain.commands.ROOT", tmp_path)
    (tmp_path / "output").write_text(UV)
    with pytest.raises(ToolProblem) as refusal:
        run_logged(["sh", "-c", "cat output; exit 1"], log="lock", doing="locking project")
    assert str(refusal.value).startswith("locking project: typer==99.0 cannot be had\n")
    assert "pyproject.toml" in str(refusal.value)
