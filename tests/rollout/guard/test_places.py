"""Which places a value names."""

import pytest

from rollout.guard.places import decides, inner_settings, loosened, places


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("-Xms512m -Xmx1G -XX:+UseZGC -Xlog:gc:gc.log", set()),
        ("-Dhttp.nonProxyHosts=*.a.internal|*.eu-west-1.amazonaws.com", {"*.a.internal"}),
        ("-Dhttps.proxyHost=egress.a.internal -Dhttps.proxyPort=8080", {"Port=8080"}),
        ("postgresql://db.example.com/pay", {"postgresql://db.example.com/pay"}),
        ("10.0.0.0/16,169.254.170.2", {"10.0.0.0/16", "169.254.170.2"}),
        ("redis:6379", {"redis:6379"}),
        ("subnet-0aaaaaaaaaaaaaaaa", {"subnet-0aaaaaaaaaaaaaaaa"}),
        ("arn:aws:sns:eu-west-1:555555555555:topic", {"555555555555"}),
        ("pay-test-12-reports", {"pay-test-12-reports"}),
        ("/v1/api", {"/v1/api"}),
        ("/,/healthcheck", {"/", "/healthcheck"}),
        ("100000000000", set()),
        ("INFO", set()),
        ("2.13.1", set()),
        ("true", set()),
        ("https, http", set()),
    ],
)
def test_names_places_and_no_settings(value: str, named: set[str]) -> None:
    assert named <= places(value, "test-12")
    assert bool(named) == bool(places(value, "test-12"))


@pytest.mark.parametrize(
    "variable",
    ["DB_HOST", "DB_NAME", "PORT", "RUN_APP", "LEDGER_URL", "NODE_ENV", "AWS_SQS_REGION"],
)
def test_some_variables_lead_somewhere_by_their_name(variable: str) -> None:
    assert decides(variable, "one", "other")


@pytest.mark.parametrize("variable", ["PORT", "DB_PORT", "PORT_OF_METRICS"])
def test_a_port_is_a_place(variable: str) -> None:
    assert decides(variable, "8080", "8081")


@pytest.mark.parametrize("variable", ["RUN_APP", "DB_SSL", "TLS_VERIFY"])
def test_a_switch_may_choose_what_runs_or_turn_off_tls(variable: str) -> None:
    assert decides(variable, "true", "false")


@pytest.mark.parametrize(
    ("variable", "was", "becomes"),
    [
        ("DB_POOL_SIZE", "8", "16"),
        ("QUEUE_POLL_MS", "500", "1000"),
        ("TOPIC_PARTITIONS", "1", "3"),
        ("EVENT_QUEUE_ENABLED", "false", "true"),
        ("HTTPS_TIMEOUT", "30s", "1.5m"),
        ("DB_CACHE", "64mb", "1GiB"),
        ("TLS_SESSIONS", "100", "200"),
    ],
)
def test_amounts_and_switches_are_settings_under_any_name(
    variable: str, was: str, becomes: str
) -> None:
    assert not decides(variable, was, becomes)


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        ("a.test,b.test", "a.test, b.test, c.test", False),
        ("a.test,b.test", "c.test,a.test,b.test", True),
        ("a.test,b.test", "a.test", True),
        ("a.test,b.test", "a.test,c.test,b.test", True),
        ("a.test", "a.test,b.test", True),
    ],
)
def test_a_list_may_get_one_more_entry(was: str, becomes: str, expected: bool) -> None:
    assert decides("READER_HOST", was, becomes) is expected


def test_an_account_is_a_place() -> None:
    assert decides("AWS_ACCOUNT_ID", "555555555555", "666666666666")


@pytest.mark.parametrize(
    "variable",
    ["JAVA_OPTS", "LOG_LEVEL", "SUPPORT_LINK", "RUNTIME", "CURLY", "SPORT", "COOKIE_MAX_AGE"],
)
def test_others_are_settings(variable: str) -> None:
    assert not decides(variable, "one", "other")


@pytest.mark.parametrize(
    ("variable", "was", "becomes"),
    [
        ("SSLMODE", "require", "disable"),
        ("SSL_MODE", "verify-full", "require"),
        ("HTTPS_PROTOCOLS", "TLSv1.3", "TLSv1"),
        ("NODE_TLS_REJECT_UNAUTHORIZED", "1", "0"),
        ("CSP_ENFORCE", "true", "false"),
        ("CURRENT_SCHEMA", "own", "other"),
        ("UPSTREAM", "own", "other"),
        ("USER", "own", "other"),
    ],
)
def test_what_protects_a_connection_decides(variable: str, was: str, becomes: str) -> None:
    assert decides(variable, was, becomes)


@pytest.mark.parametrize(
    ("value", "settings"),
    [
        ("-Xmx1G -Dhttps.proxyHost=a -Da.bC=1", {"HTTPS_PROXY_HOST": "a", "A_B_C": "1"}),
        ("jdbc:postgresql://a/b?ssl=true&currentSchema=c", {"SSL": "true", "CURRENT_SCHEMA": "c"}),
        ("sslmode=require sslmode=disable", {"SSLMODE": "disable"}),
        ("--tls-verify=false,retries=3", {"TLS_VERIFY": "false", "RETRIES": "3"}),
        ('{"ssl": true, "hosts": ["a"]}', {"SSL": "true", "HOSTS": "["}),
        ("INFO", {}),
    ],
)
def test_reads_the_settings_inside_a_value(value: str, settings: dict[str, str]) -> None:
    assert inner_settings(value) == settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DB_SSL", "false"),
        ("SSLMODE", "disable"),
        ("SSLMODE", "prefer"),
        ("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
        ("INSECURE", "true"),
        ("SKIP_TLS_VERIFY", "yes"),
        ("DISABLE_CERT_CHECKING", "1"),
        ("DB_OPTIONS", "ssl=false"),
        ("JAVA_OPTS", "-Dapp.trustServerCertificate=false -Dapp.verify=off"),
        ("URL", "jdbc:postgresql://a/b?sslmode=allow"),
        ("ALLOWED", "10.0.0.0/8,0.0.0.0/0"),
        ("ALLOWED", "::/0"),
        ("JAVA_OPTS", "-Dhttp.nonProxyHosts=*.internal|*"),
        ("NO_PROXY", "*"),
        ("NO_PROXY", "localhost,*"),
        ("JAVA_TOOL_OPTIONS", "-Xmx1g -javaagent:/tmp/agent.jar"),
        ("NODE_OPTIONS", "--require=/tmp/agent.js"),
    ],
)
def test_tells_what_a_new_value_opens(variable: str, value: str) -> None:
    assert [*loosened(variable, value)]
    assert [*loosened(variable, value, was=value)] == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DB_SSL", "true"),
        ("SSLMODE", "verify-full"),
        ("SKIP_TLS_VERIFY", "false"),
        ("INSECURE", "false"),
        ("NEW_PAGES_ENABLED", "false"),
        ("BIND", "0.0.0.0"),
        ("ALLOWED", "10.0.0.0/8"),
        ("TLS_PORT", "8443"),
        ("COOKIE", "secure"),
        ("NO_PROXY", "localhost,*.internal"),
        ("JAVA_OPTS", "-Dhttp.nonProxyHosts=*.internal|*.amazonaws.com -XX:+UseZGC"),
        ("NODE_OPTIONS", "--max-old-space-size=512"),
    ],
)
def test_a_safe_value_opens_nothing(variable: str, value: str) -> None:
    assert [*loosened(variable, value)] == []
