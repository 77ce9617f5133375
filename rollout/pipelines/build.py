"""Prepares a build of Concourse for the command that it runs."""

import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pay.containers.releases import release_number
from pay.model import InvalidInput, Problem
from pay.shown_text import quoted

TOKEN = "AWS_ID_TOKEN"
"""The variable with a token of OpenID Connect, as Concourse hands it to a task."""

TOKEN_FILE = "AWS_WEB_IDENTITY_TOKEN_FILE"
"""The variable with the file of that token, which AWS's SDKs read. Source: AWS SDKs and Tools
reference guide, "Assume role with web identity".
"""


def words_of(command: str, tag: Path) -> list[str]:
    """Return the words of a command line. The N of the tag `N-release` in the file `tag` is the
    last. An image that Concourse fetched has its tag there. Without the file there is none.

    Raises InvalidInput when the file holds anything else.
    """
    words = shlex.split(command)
    if not tag.exists():
        return words
    text = tag.read_text().strip()
    number = release_number([text])
    if number is None:
        problem = Problem(
            where=str(tag),
            found=quoted(text),
            allowed="the tag of a release, N-release",
            fix="let the resource fetch an image with that tag",
        )
        raise InvalidInput([problem])
    return [*words, str(number)]


@contextmanager
def role_of_token() -> Iterator[None]:
    """Let AWS's SDKs take the token for the role, in a file that only this user reads. It is
    deleted after the command. Does nothing without a token.
    """
    token = os.environ.get(TOKEN)
    if not token:
        yield
        return
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(token)
        file.flush()
        os.environ[TOKEN_FILE] = file.name
        try:
            yield
        finally:
            del os.environ[TOKEN_FILE]
