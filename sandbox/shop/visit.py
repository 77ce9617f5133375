"""Runs a Python module whose requests reach the stub shop: `visit.py MODULE`.

Elsewhere they reach the services. It runs in the environment of the built-in runner of load tests.
"""

import json
import os
import runpy
import sys
from typing import Any

from gevent import monkey

monkey.patch_all()  # Locust does it as well, and too late for what is imported here

from requests import utils  # noqa: E402
from urllib3.util import connection  # noqa: E402


def main(module: str) -> None:
    resolves = json.loads(os.environ["SHOP_RESOLVES"])
    direct: Any = connection.create_connection

    def connect(address: tuple[str, int], *rest: Any, **named: Any) -> Any:
        host, _, port = resolves.get(address[0], "").partition(":")
        return direct((host, int(port)) if host else address, *rest, **named)

    connection.create_connection = connect
    # Locust's sessions do not read REQUESTS_CA_BUNDLE; it takes this when it is imported.
    utils.DEFAULT_CA_BUNDLE_PATH = os.environ["SHOP_AUTHORITY"]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1])
