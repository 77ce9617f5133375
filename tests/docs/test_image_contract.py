"""The page about releasing an image asks of it what the task definitions need."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from pay.catalogue import CATALOGUE
from pay.catalogue.runtimes import WebService
from pay.model import Sidecar, names
from tests.conftest import ROOT
from tests.docs.pages import read

PAGE = read(ROOT / "docs" / "tasks" / "release-an-image.md")
APPLICATION = "any application"

Contract = tuple[str, tuple[str, ...]]
"""The user and the paths to which it writes."""


def needed() -> Iterator[tuple[str, Contract]]:
    for service in CATALOGUE.values():
        for part in service.containers:
            repository = (
                part.repository if isinstance(part, Sidecar) else names.repository(part.name)
            )
            image = APPLICATION if isinstance(part, WebService) else repository.split("/")[1]
            yield image, (part.user, part.writable_paths)


def test_the_page_names_the_user_and_the_paths_of_every_image(
    golden: Callable[[str | Path, str], None],
) -> None:
    rows = re.findall(r"^(\| (.+?) \| .+? \| `(.+?)` \| (.+) \|\n)", PAGE.text, re.MULTILINE)
    contracts = dict(needed())
    text = PAGE.text
    listed = dict[str, Contract]()
    for row, quoted, user, paths in rows:
        if (image := quoted.strip("`")) in contracts:
            listed[image] = (user, tuple(re.findall("`(.+?)`", paths)))
        else:
            text = text.replace(row, "")
    assert listed == contracts
    golden(PAGE.path, text)


def test_the_commands_of_the_page_prove_the_sidecar() -> None:
    user, paths = dict(needed())["docker-nginx-proxy"]
    ids, touch = (block.text for block in PAGE.blocks)
    assert "/docker-nginx-proxy:" in ids
    assert ids.endswith(" nginx\n")
    assert f"uid={user.split(':')[0]}(nginx) gid={user.split(':')[1]}(nginx)" in PAGE.text
    assert f"--user {user} " in touch
    assert touch.split("\\\n")[1].split() == [f"{path}/x" for path in paths]
