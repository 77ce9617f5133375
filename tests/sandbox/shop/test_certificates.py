"""The authority of the stub shop, asked by many connections at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from sandbox.shop.certificates import Authority

AT_ONCE = 8


def test_the_first_connections_of_a_name_get_one_certificate(tmp_path: Path) -> None:
    """Else one reads the file that another has half written."""
    authority, together = Authority(tmp_path), Barrier(AT_ONCE)

    def asked(host: str) -> int:
        together.wait()
        return id(authority.context(host))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(5):
            hosts = [f"service-{number}.pymnt.uk"] * AT_ONCE
            assert len(set(pool.map(asked, hosts))) == 1
