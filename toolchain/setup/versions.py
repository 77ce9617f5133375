"""Parses the version numbers that tools print."""

import re

Version = tuple[int, int, int]

TERRAFORM_AT_LEAST: Version = (1, 10, 0)  # the S3 backend's use_lockfile
# cdktf-cli 0.21 requires 20.9 and contains a compiled node-pty for Node 20 on every platform. On
# another Node, every command except --version crashes at its start.
NODE_AT_LEAST: Version = (20, 9, 0)
NODE_BELOW: Version = (21, 0, 0)

_NUMBER = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


def parse(text: str) -> Version | None:
    """Return the first version number in a tool's output, or None."""
    match = _NUMBER.search(text)
    if match is None:
        return None
    return int(match[1]), int(match[2]), int(match[3] or 0)


def show(version: Version) -> str:
    return ".".join(str(number) for number in version)


def show_or_unknown(version: Version | None) -> str:
    return "an unknown version" if version is None else show(version)
