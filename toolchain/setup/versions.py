"""Version numbers as the tools print them."""

import re

Version = tuple[int, int, int]

TERRAFORM_AT_LEAST: Version = (1, 10, 0)  # the S3 backend's use_lockfile
# cdktf-cli 0.21 asks for 20.9 and carries a compiled node-pty for Node 20 on every platform;
# elsewhere every command but --version crashes as it starts.
NODE_AT_LEAST: Version = (20, 9, 0)
NODE_BELOW: Version = (21, 0, 0)

_NUMBER = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


def parse(text: str) -> Version | None:
    """The first version number in what a tool printed, or None when there is none."""
    match = _NUMBER.search(text)
    if match is None:
        return None
    return int(match[1]), int(match[2]), int(match[3] or 0)


def show(version: Version) -> str:
    return ".".join(str(number) for number in version)


def show_or_unknown(version: Version | None) -> str:
    return "a version that it does not tell" if version is None else show(version)
