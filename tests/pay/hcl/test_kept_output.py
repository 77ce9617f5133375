"""A kept stack comes back as it was, or not at all."""

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.hcl.kept_output import MOST_OF_A_STACK, KeptOutput
from pay.hcl.output import StackOutput

FILES = st.dictionaries(st.text(min_size=1), st.binary())
OUTPUT = StackOutput({"name": "one"}, {"stacks/one/cdk.tf": b"a = 1\n", "stacks/one/x": b"\0\n"})


def kept_in(folder: Path, code: str = "code") -> KeptOutput:
    return KeptOutput(folder, lambda: code)


@given(row=st.dictionaries(st.text(), st.text()), files=FILES, inputs=st.text())
def test_returns_what_was_kept(
    row: Mapping[str, str], files: Mapping[str, bytes], inputs: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = kept_in(Path(folder))
        kept.keep({"one": StackOutput(row, files)}, {"one": inputs})
        assert kept.find("one", inputs) == StackOutput(row, files)


def test_finds_nothing_where_nothing_was_kept(tmp_path: Path) -> None:
    assert kept_in(tmp_path / "none").find("one", "inputs") is None


@pytest.mark.parametrize("place", ["file", "file/below", "folder"])
def test_a_place_that_cannot_be_used_keeps_nothing(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "one").write_text("")
    kept = kept_in(tmp_path / place)
    kept.keep({"one": OUTPUT}, {"one": "inputs"})
    assert kept.find("one", "inputs") is None


@pytest.mark.parametrize(("code", "inputs"), [("other", "inputs"), ("code", "other")])
def test_does_not_return_what_was_made_from_something_else(
    code: str, inputs: str, tmp_path: Path
) -> None:
    kept_in(tmp_path).keep({"one": OUTPUT}, {"one": "inputs"})
    assert kept_in(tmp_path, code).find("one", inputs) is None
    assert kept_in(tmp_path).find("one", "inputs") == OUTPUT


def test_keeps_of_each_stack_what_was_used_last(tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    outputs = {str(n): StackOutput({"name": str(n)}, {}) for n in range(MOST_OF_A_STACK + 1)}
    kept.keep({"another": OUTPUT}, {"another": "inputs"})
    for inputs, output in outputs.items():
        kept.keep({"one": output}, {"one": inputs})
        assert kept.find("one", "0") == outputs["0"]
    found = {inputs: kept.find("one", inputs) for inputs in outputs}
    assert found == {**outputs, "1": None}
    assert kept.find("another", "inputs") == OUTPUT


def test_keeps_nothing_when_code_was_changed_meanwhile(tmp_path: Path) -> None:
    states = iter(["code", "changed code", "code"])
    KeptOutput(tmp_path, lambda: next(states)).keep({"one": OUTPUT}, {"one": "inputs"})
    assert list(tmp_path.iterdir()) == []


def test_does_not_mistake_code_for_inputs(tmp_path: Path) -> None:
    kept_in(tmp_path, "a").keep({"one": OUTPUT}, {"one": "b\nc"})
    assert kept_in(tmp_path, "a\nb").find("one", "c") is None


@given(st.data())
def test_deletes_an_entry_that_was_damaged(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = kept_in(Path(folder))
        kept.keep({"one": OUTPUT}, {"one": "inputs"})
        [file] = Path(folder, "one").iterdir()
        content = bytearray(file.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans(), label="cut off"):
            del content[at:]
        else:
            content[at] ^= data.draw(st.integers(1, 255))
        file.write_bytes(content)
        assert kept.find("one", "inputs") is None
        assert not file.exists()


def test_keeps_the_entry_before_when_writing_stops_half_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = kept_in(tmp_path)
    kept.keep({"one": OUTPUT}, {"one": "inputs"})

    def stop(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", stop)
    other = {"one": StackOutput({}, {"stacks/one/cdk.tf": b"b = 2\n"})}
    kept.keep(other, {"one": "inputs"})
    kept.keep(other, {"one": "later"})
    assert kept.find("one", "inputs") == OUTPUT
    assert kept.find("one", "later") is None
    assert len(list(tmp_path.rglob("*"))) == 2  # the folder and the entry


def test_runs_side_by_side_find_a_whole_entry_or_none(tmp_path: Path) -> None:
    outputs = {
        inputs: StackOutput({"name": inputs}, {"cdk.tf": inputs.encode() * 100_000})
        for inputs in map(chr, range(ord("a"), ord("a") + MOST_OF_A_STACK + 2))  # some are deleted
    }

    def run(inputs: str) -> set[bool]:
        kept = kept_in(tmp_path)
        results = set()
        for _ in range(100):
            kept.keep({"one": outputs[inputs]}, {"one": inputs})
            results.add(kept.find("one", inputs) in (outputs[inputs], None))
        return results

    with ThreadPoolExecutor() as pool:
        assert set.union(*pool.map(run, [*outputs] * 2)) == {True}
