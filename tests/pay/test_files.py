"""Files are read as what they are, and replaced as a whole."""

import os
import stat
from pathlib import Path

import pytest

from pay.files import LARGEST_BYTES, read_text, replace_file, why_unwritable


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xef\xbb\xbfa = 1", "a byte order mark"),
        ("a = 1".encode("utf-16"), "a byte that is not UTF-8, at position 0"),
        (b"a\xff", "a byte that is not UTF-8, at position 1"),
        (b"\0" * (LARGEST_BYTES + 1), "more than 1 MiB"),
    ],
)
def test_says_why_it_is_not_a_text(content: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match=why):
        read_text(tmp_path / "file")


def test_waits_for_no_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="a pipe"):
        read_text(tmp_path / "pipe")


def test_keeps_line_ends(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a\r\nb\rc\n")
    assert read_text(tmp_path / "file") == "a\r\nb\rc\n"


def test_replaces_what_a_link_leads_to_and_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    replace_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640


def test_writes_to_a_device_and_leaves_it_one(tmp_path: Path) -> None:
    device = tmp_path / "null"
    device.symlink_to("/dev/null")
    replace_file(device, b"new")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("place", ["folder", "missing/file", "loop", "dangling", "file/below"])
def test_names_the_place_that_cannot_be_written(place: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("old")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("missing/file")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OSError, match=str(tmp_path / place)):
        replace_file(tmp_path / place, b"new")
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "file").read_text() == "old"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.toml"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, b"new")
    assert path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


@pytest.mark.parametrize(
    "place", ["folder", "missing/file", "loop", "dangling", "file/below", "", "a" * 300]
)
def test_says_beforehand_what_cannot_be_written(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("old")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("missing/file")
    monkeypatch.chdir(tmp_path)
    assert why_unwritable(Path(place))
    with pytest.raises(OSError, match=r"."):
        replace_file(Path(place), b"new")


def test_what_can_be_written_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    for path in (tmp_path / "file", tmp_path / "link", tmp_path / "new", Path("/dev/null")):
        assert why_unwritable(path) is None


def test_writes_to_a_pipe_that_has_no_path() -> None:
    reading, writing = os.pipe()
    assert why_unwritable(Path(f"/dev/fd/{writing}")) is None
    replace_file(Path(f"/dev/fd/{writing}"), b"new")
    assert os.read(reading, 10) == b"new"
    for descriptor in (reading, writing):
        os.close(descriptor)
