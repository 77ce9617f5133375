"""Names in words what is taken for the JSON of a plan and is not."""

import codecs
import json
from collections.abc import Mapping
from io import BytesIO
from zipfile import BadZipFile, ZipFile

_COMPRESSED: Mapping[bytes, str] = {
    b"\x1f\x8b": "a gzip file; decompress it first (gunzip)",
    b"BZh": "a bzip2 file; decompress it first (bunzip2)",
    b"\xfd7zXZ\0": "an xz file; decompress it first (unxz)",
    b"(\xb5/\xfd": "a zstd file; decompress it first (unzstd)",
}
"""First bytes -> what it is (RFC 1952, bzip2, the .xz format, RFC 8878)."""

_MARKS: Mapping[bytes, str] = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
    codecs.BOM_UTF8: "UTF-8 with a byte order mark",
}
"""Byte order marks; UTF-32's begin like those of UTF-16, so they come first."""

_POWERSHELL = "as PowerShell's `>` writes it; write UTF-8 without a byte order mark (cmd, or bash)"

_FOR_PEOPLE = (
    "Terraform will perform",
    "Terraform used the selected providers",
    "No changes.",
    "\x1b[",
    "╷",
    "Error:",
)
"""The beginnings of the output of `terraform plan` and `terraform show` without `-json`, and of
Terraform's errors."""


def what_else(content: bytes) -> str | None:
    """Return what the file is, when its bytes show that it is not a JSON text; else None."""
    if not content.strip():
        return "an empty file: `terraform show` failed, or has not run"
    if content.startswith(b"PK"):
        return _zip(content)
    for first, what in _COMPRESSED.items():
        if content.startswith(first):
            return what
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return f"text in {encoding}, {_POWERSHELL}"
    if (at := content.find(b"\0")) >= 0:
        if content[:4].replace(b"\0", b"") in (b"{", b'{"', b"{\n", b"{\r"):
            return f"text in {json.detect_encoding(content).upper()}, {_POWERSHELL}"
        return f"a NUL byte at byte {at + 1}: the file is damaged, or was not written to its end"
    if _is_log(content):
        return (
            "the log of `terraform plan -json`, which has a message in each line; keep the plan "
            "with `terraform plan -out=PLANFILE`"
        )
    start = content[:4000].decode(errors="replace").lstrip()
    if start.startswith(_FOR_PEOPLE):
        return "the text that Terraform prints for people"
    return None


def where_it_breaks(content: bytes, error: Exception) -> str:
    """Return why text is not JSON, and where."""
    if isinstance(error, UnicodeDecodeError):
        return f"text that is not UTF-8 from byte {error.start + 1} on"
    if not isinstance(error, json.JSONDecodeError):
        return "JSON that is nested too deeply, or has a number of too many digits"
    place = f"line {error.lineno}, column {error.colno}"
    opened = content.lstrip()[:1] in (b"{", b"[")
    if opened and (error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")):
        return f"JSON that ends too early, at {place}: the file was not written to its end"
    if opened and error.msg.startswith("Extra data"):
        return f"JSON with more behind its end, at {place}: several files in one"
    return f"text that is not JSON, at {place}"


def _zip(content: bytes) -> str:
    try:
        names = ZipFile(BytesIO(content)).namelist()
    except BadZipFile:
        names = ["tfplan"]
    if "tfplan" in names:  # Terraform: internal/plans/planfile, `Create`.
        return "the plan file itself, which is binary"
    return "a zip archive; unpack it first"


def _is_log(content: bytes) -> bool:
    """Return whether the first line is a message of Terraform's machine-readable output."""
    line = content.lstrip().split(b"\n", 1)[0]
    if b'"@message"' not in line:  # a plan is one line, of megabytes
        return False
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and "@message" in first
