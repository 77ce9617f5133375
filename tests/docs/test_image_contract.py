"""The page about releasing an image asks of it what the task definitions need."""

import re
from collections.abc import Iterator

from pay.catalogue import CATALOGUE
from pay.catalogue.runtimes import WebService
from pay.model import Sidecar, names
from tests.conftest import ROOT
from tests.docs.pages import read

PAGE = read(ROOT / "docs" / "tasks" / "release-an-image.md")
APPLICATION = "govukpay/<application>"

Contract = tuple[str, tuple[str, ...]]
"""The user and the paths to which it writes."""


def needed() -> Iterator[tuple[str, Contract]]:
    for service in CATALOGUE.values():
        for part in service.containers:
            if isinstance(part, Sidecar):
                image = part.repository
            else:
                image = APPLICATION if isinstance(part, WebService) else names.repository(part.name)
            yield image, (part.user, part.writable_paths)


def test_the_page_names_the_user_and_the_paths_of_every_image() -> None:
    rows = re.findall(
        r"^\| `(govukpay/.+?)` \| .+? \| `(.+?)` \| (.+) \|$", PAGE.text, re.MULTILINE
    )
    listed = {image: (user, tuple(re.findall("`(.+?)`", paths))) for image, user, paths in rows}
    assert listed == dict(needed())
    assert set(needed()) == set(listed.items())


def test_the_commands_of_the_page_prove_the_sidecar() -> None:
    user, paths = dict(needed())["govukpay/docker-nginx-proxy"]
    ids, touch = (block.text for block in PAGE.blocks)
    assert ids.endswith(" nginx\n")
    assert f"uid={user.split(':')[0]}(nginx) gid={user.split(':')[1]}(nginx)" in PAGE.text
    assert f"--user {user} " in touch
    assert touch.split("\\\n")[1].split() == [f"{path}/x" for path in paths]
