"""The promise of a proxy's configuration: no call is cut when its task stops."""

import re

import pytest

from pay.catalogue import CATALOGUE
from pay.existing.proxy import keeps_tunnels_open
from tests.support.services import proxy

PARAMETER = "/production-2/egress/SQUID_CONFIG"


@pytest.mark.parametrize("name", ["egress", "webhooks-egress"])
def test_tunnels_may_end_in_as_many_seconds_as_the_task_has(name: str) -> None:
    service = CATALOGUE[name]
    condition, sentence = keeps_tunnels_open(service, PARAMETER)
    line = f"shutdown_lifetime {service.timing.shutdown_seconds} seconds"
    assert condition.startswith(f'can(regex("(?m)^{line}$", base64decode(self.values[')
    assert f'index(self.names, "{PARAMETER}")' in condition
    assert f"in {PARAMETER} lacks the line `{line}`" in sentence


@pytest.mark.parametrize(
    ("configuration", "is_kept"),
    [
        ("http_port 8080\n{line}\nacl all src all\n", True),
        ("{line}", True),
        ("# {line}\n", False),
        ("{line} # or more\n", False),
        ("shutdown_lifetime 1 seconds\n", False),
        ("http_port 8080\n", False),
    ],
)
def test_only_the_whole_line_is_read(configuration: str, is_kept: bool) -> None:
    service = proxy()
    condition, _ = keeps_tunnels_open(service, PARAMETER)
    found = re.search(r'regex\("(.+?)", base64decode', condition)
    assert found
    line = f"shutdown_lifetime {service.timing.shutdown_seconds} seconds"
    text = configuration.format(line=line)
    assert bool(re.search(found[1], text)) is is_kept
