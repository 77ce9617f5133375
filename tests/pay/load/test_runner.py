"""The built-in runner in its own environment, against the stub shop."""

import http.server
import json
import os
import subprocess
import threading
from collections.abc import Iterator

import pytest

from pay.model import Side
from sandbox.shop.faults import Fault
from sandbox.shop.server import serving
from sandbox.shop.shop import Shop
from toolchain.paths import ROOT, virtual_environment

PYTHON = virtual_environment("locust") / "bin" / "python"
ZONE = "pay.example"


class Kept(http.server.ThreadingHTTPServer):
    """An S3 that keeps what is put into it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        super().__init__(("127.0.0.1", 0), Put)


class Put(http.server.BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        assert isinstance(self.server, Kept)
        name = self.path.partition("?")[0]
        self.server.files[name] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def kept() -> Iterator[Kept]:
    with Kept() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def run(shop: Shop, kept: Kept, **variables: str) -> subprocess.CompletedProcess[str]:
    hosts = dict.fromkeys((f"publicapi.{ZONE}", f"www.{ZONE}"), Side.FARGATE)
    with serving(shop) as server:
        network = server.network(hosts)
        return subprocess.run(
            [PYTHON, ROOT / "sandbox" / "shop" / "visit.py", "pay.load"],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT / "constructs"),
                "SHOP_RESOLVES": json.dumps(dict(network.resolve)),
                "SHOP_AUTHORITY": str(network.authority),
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{kept.server_port}",
                "AWS_ACCESS_KEY_ID": "sandbox",
                "AWS_SECRET_ACCESS_KEY": "sandbox",
                "AWS_DEFAULT_REGION": "eu-west-1",
                "SCENARIO": "search-and-refund",
                "BASE_URL": f"https://publicapi.{ZONE}",
                "RATE_PER_SECOND": "2",
                "RAMP_SECONDS": "0",
                "DURATION_SECONDS": "6",
                "MAX_P95_MS": "5000",
                "MAX_FAILED_PERCENT": "1",
                "RESULTS_BUCKET": "results",
                "RESULTS_PREFIX": "load-tests/x",
                "API_TOKEN": "stub-sandbox",
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.mark.slow
def test_searches_and_refunds_and_leaves_its_results(kept: Kept) -> None:
    ended = run(Shop(), kept)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    summary = json.loads(kept.files["/results/load-tests/x/summary.json"])
    assert summary["failures"] == 0
    assert summary["requests"] >= 10
    report = kept.files["/results/load-tests/x/report.html"]
    assert all(name in report for name in (b"search payments", b"refund a payment", b"confirm"))


@pytest.mark.slow
def test_payments_that_are_never_taken_miss_a_limit(kept: Kept) -> None:
    shop = Shop()
    shop.faults[Side.FARGATE] = frozenset({Fault.CARD_FIELD_MISSING})
    ended = run(shop, kept, SCENARIO="pay-by-card")
    assert ended.returncode == 99, ended.stdout + ended.stderr
    rows = json.loads(kept.files["/results/load-tests/x/summary.json"])["thresholds"]
    assert [row["name"] for row in rows if not row["is_met"]] == ["failed_percent"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"SCENARIO": "pay-by-post"}, "this runner has pay-by-card, search-and-refund"),
        ({"RATE_PER_SECOND": "many"}, "could not convert"),
    ],
)
def test_ends_as_broken_for_what_it_cannot_run(
    kept: Kept, variables: dict[str, str], says: str
) -> None:
    ended = run(Shop(), kept, **variables)
    assert ended.returncode == 1
    assert says in ended.stderr
    assert kept.files == {}
