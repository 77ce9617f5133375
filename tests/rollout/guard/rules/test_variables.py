"""What the guard refuses about the variables of a new revision, against the one before."""

import pytest

from tests.rollout.guard.conftest import Judge
from tests.support.plans import (
    Json,
)
from tests.support.revisions import OTHER_SECRET, RUNNING, SECRET, pairs, refusals, release

VARIABLES = "keeps-its-variables"
RUNNING_JAVA = "-Xmx1G -Dhttps.proxyHost=egress.sandbox.pymnt.internal"

LOST: dict[str, Json] = {
    "variable": {"environment": pairs("environment", LOG_LEVEL=None)},
    "all variables": {"environment": []},
    "value": {"environment": pairs("environment", LOG_LEVEL="")},
    "secret": {"secrets": pairs("secrets", SENTRY_DSN=None)},
    "secret of another key": {"secrets": pairs("secrets", DB_PASSWORD=f"{SECRET}:SENTRY_DSN::")},
    "secret of another version": {
        "secrets": pairs("secrets", DB_PASSWORD=f"{SECRET}:DB_PASSWORD:AWSPREVIOUS:")
    },
    "database": {"environment": pairs("environment", DB_HOST="sandbox-publicauth-rds-2.a.com")},
    "database's name": {"environment": pairs("environment", DB_NAME="other")},
    "program": {"environment": pairs("environment", RUN_MIGRATION="true")},
    "proxy": {"environment": pairs("environment", JAVA_OPTS="-Xmx1G")},
    "TLS": {"environment": pairs("environment", CONNECTION="ssl=false&sslmode=require")},
    "TLS that may be left out": {
        "environment": pairs("environment", CONNECTION="ssl=true&sslmode=prefer")
    },
    "no TLS any more": {"environment": pairs("environment", CONNECTION="sslmode=require")},
    "schema": {
        "environment": pairs("environment", CONNECTION="ssl=true&sslmode=require&currentSchema=x")
    },
    "check of certificates": {
        "environment": pairs(
            "environment", JAVA_OPTS=f"{RUNNING_JAVA} -Dapp.disableCertChecking=true"
        )
    },
    "another proxy's port": {
        "environment": pairs("environment", JAVA_OPTS=f"{RUNNING_JAVA} -Dhttps.proxyPort=9")
    },
    "new: no TLS": {"environment": pairs("environment", DB_TLS="off")},
    "new: no check": {"environment": pairs("environment", NODE_TLS_REJECT_UNAUTHORIZED="0")},
    "new: skipped check": {"environment": pairs("environment", SKIP_TLS_VERIFY="true")},
    "new: no TLS inside": {"environment": pairs("environment", OPTIONS='{"ssl": false}')},
    "new: everybody": {"environment": pairs("environment", ALLOWED="10.0.0.0/8,0.0.0.0/0")},
    "subnet": {"environment": pairs("environment", SUBNETS="subnet-0bbbbbbbbbbbbbbbb")},
    "bucket": {"environment": pairs("environment", REPORTS="pay-sandbox-other")},
    "path": {"environment": pairs("environment", LOCATIONS_CSV="/v1")},
    "amount": {"environment": pairs("environment", LIMIT="0")},
    "host": {"environment": pairs("environment", READER_HOST="b.test,c.test")},
}


@pytest.mark.parametrize("lost", LOST)
def test_refuses_a_variable_that_goes_or_leads_elsewhere(refused: Judge, lost: str) -> None:
    assert refusals(refused, release(**LOST[lost])) == {VARIABLES}


JAVA = "-Xmx2G -XX:+UseZGC -Dhttps.proxyHost=egress.sandbox.pymnt.internal"
KEPT: dict[str, Json] = {
    "another heap": {"environment": pairs("environment", JAVA_OPTS=JAVA), "memory": 4096},
    "another collector": {
        "environment": pairs("environment", JAVA_OPTS=f"{RUNNING_JAVA} -Dsun.net.inetaddr.ttl=30")
    },
    "a switch more": {
        "environment": pairs("environment", TLS_VERIFY="true", SKIP_TLS_VERIFY="false")
    },
    "a time": {"environment": pairs("environment", PROXY_READ_TIMEOUT="60s")},
    "a log level": {"environment": pairs("environment", LOG_LEVEL="DEBUG")},
    "a switch": {"environment": pairs("environment", NEW_PAGES_ENABLED="true")},
    "an amount under the name of a place": {"environment": pairs("environment", DB_POOL_SIZE="16")},
    "a variable more": {"environment": pairs("environment", COOKIE_MAX_AGE="60")},
    "a path more": {"environment": pairs("environment", LOCATIONS_CSV="/,/healthcheck")},
    "a host more": {
        "environment": pairs("environment", READER_HOST="a.sandbox.pymnt.internal,b.test,c.test")
    },
    "another amount of twelve digits": {"environment": pairs("environment", LIMIT="200000000000")},
    "a subnet more": {
        "environment": pairs(
            "environment", SUBNETS="subnet-0aaaaaaaaaaaaaaaa,subnet-0bbbbbbbbbbbbbbbb"
        )
    },
    "a secret more": {"secrets": pairs("secrets", TOKEN_DB_BCRYPT_SALT=f"{SECRET}:SALT::")},
    "a secret that was made again": {
        "secrets": pairs("secrets", DB_PASSWORD=f"{OTHER_SECRET}:DB_PASSWORD::")
    },
    "another order": {"environment": list(reversed(RUNNING["environment"]))},
}


@pytest.mark.parametrize("kept", KEPT)
def test_lets_settings_change(refused: Judge, kept: str) -> None:
    assert refusals(refused, release(**KEPT[kept])) == set()


def test_a_variable_may_become_a_secret_and_not_the_other_way(refused: Judge) -> None:
    hidden = release(
        environment=pairs("environment", LOG_LEVEL=None),
        secrets=pairs("secrets", LOG_LEVEL=f"{SECRET}:LOG_LEVEL::"),
    )
    assert refusals(refused, hidden) == set()
    shown = release(
        environment=pairs("environment", SENTRY_DSN="true"),
        secrets=pairs("secrets", SENTRY_DSN=None),
    )
    assert refusals(refused, shown) == {VARIABLES}
