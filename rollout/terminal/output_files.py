"""The files that a person asks a command to write."""

from pathlib import Path

import typer

from pay.files import replace_file, why_unwritable

STANDARD_OUTPUT = Path("-")


def writable(path: Path | None) -> Path | None:
    """Refuse a place that cannot be written before the command works for it.

    It is the callback of an option. Raises typer.BadParameter.
    """
    if path in (None, STANDARD_OUTPUT):
        return path
    if path and (why := why_unwritable(path)):
        raise typer.BadParameter(f"{path}: {why}.")
    return path


def write_output(path: Path, content: bytes) -> None:
    """Write a file, or standard output for `-`. Raises OSError."""
    if path == STANDARD_OUTPUT:
        typer.echo(content, nl=False)
    else:
        replace_file(path, content)
