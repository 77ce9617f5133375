"""Every key of an environment file refuses what AWS or Terraform would take otherwise."""

from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest

from pay.environments.load import load_environment
from pay.model import Environment, InvalidInput
from pay.model.base import Model
from pay.toml_lines import TomlLines

pytestmark = pytest.mark.slow

NAME = "production-2"

NO_VALUE = (
    "2026-01-01",
    "2026-01-01T07:32:00Z",
    "07:32:00",
    "nan",
    "-inf",
    "1e400",
    "[]",
    "[[1]]",
    "{}",
    "{ a = 1 }",
    "9" * 4300,
    "0x" + "f" * 5000,
    str(2**63),
)
"""What no key takes."""

UNREADABLE = (
    "9" * 5000,
    "-0o" + "7" * 9000,
    "[" * 3000 + "]" * 3000,
    "{ " + "a." * 3000 + "a = 1 }",
    "",
    "\u0661",
    "\uff11",
    '"',
    "'''",
    "\\",
    "\x00",
    "\r",
    '"\\ud800"',
)
"""What makes no TOML, or not the TOML that is read here."""

NO_TEXT = (
    *("1", "-1", "0.5", "true", "false"),
    *('""', '" "', '"\\t"', '"\\n"', '"\\u200b"', '"\\u200d"', '"\\ufeff"', '"\\u3164"'),
)
NO_NAME = (
    *('"${file(1)}"', '"$${x}"', '"%{ if true }x%{ endif }"', '"x${x}"', '"`id`"', '"$(id)"'),
    *('"a*"', '"*"', '"a?b"', '"a b "', '" a"', '"a\\n"', '"a\\r"', '"a\\u0000"', '"a\\u001b[2J"'),
    *('"a\\u200bb"', '"a\\u202eb"', '"\\u0430bc"', '"\uff41bc"', '"caf\u00e9"', '"a\\u0301"'),
    *('"11111111111\u0661"', '"\uff11\uff12"', '"a\\u00adb"', '"a\\u00a0b"', '"<b>"', '"a;b"'),
    f'"{"a" * 5000}"',
    "'''a\n'''",
)
NO_COUNT = ('"1"', "true", "0.5", "1.0", "-1", str(2**62), "0x7fffffffffffffff")
NO_PERCENT = ('"1"', '""', "true", "0", "-0.5", "1001", "nan", "inf", "-inf", "1e400", "[1]")
NO_SWITCH = ('"true"', "1", "0", '"yes"', '""')
NO_TABLE = ("1", '"a"', "true", "[1]")

WRONG = {
    "text": NO_TEXT + NO_NAME,
    "count": NO_COUNT,
    "percent": NO_PERCENT,
    "switch": NO_SWITCH,
    "table": NO_TABLE,
}

OWN = {
    "region": ['"eu-west-9"', '"EU-WEST-1"', '"eu-west-1a"', '"eu-west-2"', '"us-gov-west-1"'],
    "network.zones": [
        '["eu-west-1a", "eu-west-2b"]',
        '["eu-west-1a", "eu-west-1d"]',
        '["eu-west-1a"]',
        '["eu-west-1a", "eu-west-1a"]',
        '["eu-west-1a", "eu-west-1B"]',
        '["eu-west-1a", "euw1-az2"]',
        '["eu-west-1a", 1]',
    ],
    "account_id": ['"11111111111"', '"1111111111111"', '"1111-1111-1111"', '"111111111111\\n"'],
    "dns.public_zone": [
        f'"{"a" * 64}.uk"',
        f'"{".".join(["a" * 50] * 5)}.uk"',
        '"-a.uk"',
        '"a-.uk"',
        '"a_b.uk"',
        '"a..uk"',
        '".a.uk"',
        '"a.uk."',
        '"A.uk"',
        '"1.2.3.4"',
        '"*.a.uk"',
        '"https://a.uk"',
    ],
    "dns.internal_zone": ['"payments.service.gov.uk"', '"internal"'],
    "state.bucket": [
        '"ab"',
        f'"{"a" * 64}"',
        '"Pay"',
        '"pay_state"',
        '"-pay"',
        '"pay-"',
        '"pay..state"',
        '"pay.-state"',
        '"pay-.state"',
        '".pay"',
        '"192.168.5.4"',
        '"xn--pay"',
        '"sthree-pay"',
        '"sthree-configurator-pay"',
        '"amzn-s3-demo-pay"',
        '"pay-s3alias"',
        '"pay--ol-s3"',
        '"pay.mrap"',
        '"pay--x-s3"',
        '"pay--table-s3"',
        '"s3://pay"',
        '"pay/state"',
        '"arn:aws:s3:::pay"',
    ],
    "state.backend": ['"local"', '"S3"', '"gcs"'],
    "logs.retention_in_days": ["90", "364", "366", "0", '"400"'],
    "logs.outlive_the_service": ["false"],
    "load_balancers.access_logs_prefix": ['"/alb"', '"alb/"', '"a//b"', '"AWSLogs"', '"x/AWSLogs"'],
    "load_balancers.web_acl": [f'"{"a" * 129}"', '"a.b"', '"a/b"'],
    "metrics.prometheus_endpoint": [
        '"http://a.eu"',
        '"https://."',
        '"https://-"',
        '"https://a"',
        '"https://user@a.eu"',
        '"https://a.eu:0"',
        '"https://a.eu:123456"',
        '"https://a.eu/?x=1"',
        '"https://a.eu/#x"',
        '"ftp://a.eu"',
    ],
    "metrics.prometheus_write_role_arn": [
        '"arn:aws:iam::444444444444:role/"',
        '"arn:aws:iam::444444444444:role/a/"',
        '"arn:aws:iam::444444444444:role//a"',
        f'"arn:aws:iam::444444444444:role/{"a" * 65}"',
        '"arn:aws:iam::44444444444:role/a"',
        '"arn:aws:iam::444444444444:user/a"',
        '"arn:aws-cn:iam::444444444444:role/a"',
        '"arn:aws:iam::444444444444:role/*"',
    ],
    "architecture": ['"arm64"', '"AMD64"', '"X86_64"'],
    "capacity.cde.instance_type": ['"m7g"', '"m7g.4XL"', '"m7i.4xlarge"', '"m99g.large"'],
    "capacity.cde.min_instances": ["0", "10", "5001", "2"],
    "capacity.cde.max_instances": ["0", "5001", "1"],
    "follows": ['"staging-3"', '"production-2"', '"Staging-2"', '"../staging-2"'],
    "name": ['"production-3"', '"Production-2"', '"aws-production"', '"a--b"', '"-a"', '"a_b"'],
    "max_step": ["0", "19", "101"],
    "max_in_flight": ["0", "1001"],
    "aws_provider": ["4", "7", '"6"', '"~> 6.69"', "true"],
    "ladder.half": ["0", "101", "25", "75"],
    "services.connector.stage": ['"Legacy"', '"canry"', '""'],
    "services.connector.tasks": ["{ min = 0, peak = 1 }", "{ min = 2, peak = 1 }", "{ min = 1 }"],
    "services.connector.size": [
        "{ cpu = 100, memory_mib = 512 }",
        "{ cpu = 512, memory_mib = 512 }",
        "{ cpu = 1024, memory_mib = 2048 }",
        '{ cpu = "1024", memory_mib = 4096 }',
    ],
    "services.connector.keeps": ['["security_groups"]', '["x"]', '"security_groups"'],
    "services.connector.hardened": ["false"],
}

RIGHT = {
    "region": ['"eu-west-1"'],
    "network.vpc": ['"production-2"', '"Production 2"', '"vpc/a+b=c@d:e_f.g"', f'"{"a" * 256}"'],
    "network.zones": ['["eu-west-1a", "eu-west-1c"]'],
    "dns.public_zone": [f'"{"a" * 63}.uk"', '"a1.b-c.uk"', f'"{".".join(["a" * 47] * 4)}.uk"'],
    "state.bucket": ['"abc"', '"a.b.c"', '"pay-an"', '"1.2.3"', f'"{"a" * 63}"', '"my-xn--a"'],
    "load_balancers.access_logs_prefix": ['""', '"a/b"', '"A_b.c-d"'],
    "load_balancers.web_acl": [f'"{"a" * 128}"', '"Web_ACL-1"'],
    "metrics.prometheus_endpoint": ['"https://a.eu"', '"https://a.eu:8443/x/y_z.w-v~/"'],
    "metrics.prometheus_write_role_arn": [
        '"arn:aws:iam::444444444444:role/a/b/c"',
        f'"arn:aws:iam::444444444444:role/{"a" * 64}"',
    ],
    "frozen": ['"Black Friday: until Monday, 9 a.m."', '"2026-11-27"', '"caf\u00e9 is shut"'],
    "logs.retention_in_days": ["365", "3653"],
    "aws_provider": ["5", "6"],
    "capacity.cde.max_instances": ["5000"],
    "services.connector.size": ["{ cpu = 1024, memory_mib = 4096 }"],
    "services.cardid.size": ["{ cpu = 512, memory_mib = 3072 }"],
}


def kinds(model: type[Model], table: str = "") -> Iterator[tuple[str, str]]:
    """Every key of a model with its kind: text, a count, a percentage, a switch, or a table."""
    for name, field in model.model_fields.items():
        key = f"{table}.{name}" if table else name
        type_ = field.annotation
        while get_origin(type_) is Annotated:
            type_ = get_args(type_)[0]
        if get_origin(type_) in (Union, UnionType):
            [type_] = (each for each in get_args(type_) if each is not NoneType)
        while get_origin(type_) is Annotated:
            type_ = get_args(type_)[0]
        yield from _kinds(key, type_)


def _kinds(key: str, type_: Any) -> Iterator[tuple[str, str]]:
    if isinstance(type_, type) and issubclass(type_, Model):
        yield key, "table"
        yield from kinds(type_, key)
    elif type_ is bool:
        yield key, "switch"
    elif type_ is int or (get_args(type_) and isinstance(get_args(type_)[0], int)):
        yield key, "count"
    elif type_ is float:
        yield key, "percent"
    elif key in ("capacity", "services"):
        yield key, "table"
        one = {"capacity": "cde", "services": "connector"}[key]
        yield from kinds(get_args(type_)[1], f"{key}.{one}")
    elif get_origin(type_) is tuple:
        yield key, "table"
    else:
        yield key, "text"


KEYS = dict(kinds(Environment))


def put(text: str, key: str, value: str) -> str:
    """The file with a value at a key, wherever the key stands or would stand."""
    lines, found = text.split("\n"), TomlLines(text)
    table, _, name = key.rpartition(".")
    at = found.of(key)
    if at and lines[at - 1].startswith(f"{name} ="):
        return "\n".join((*lines[: at - 1], f"{name} = {value}", *lines[at:]))
    kept, inside = [], False
    for line in lines:
        if line.startswith("["):  # a table that the value would repeat
            inside = line.startswith((f"[{key}]", f"[{key}."))
        kept += [] if inside else [line]
    place = "\n".join(kept)
    if f"[{table}]\n" in place:
        return place.replace(f"[{table}]\n", f"[{table}]\n{name} = {value}\n", 1)
    return place.replace("max_step =", f"{key} = {value}\nmax_step =", 1)


def refusal(folder: Path, key: str, value: str) -> list[str]:
    path = folder / f"{NAME}.toml"
    text = path.read_text()
    path.write_bytes(put(text, key, value).encode("utf-8", "surrogatepass"))
    try:
        load_environment(path)
    except InvalidInput as mistakes:
        return [str(problem) for problem in mistakes.problems]
    finally:
        path.write_text(text)
    return []


@pytest.mark.parametrize("key", KEYS)
def test_refuses_wrong_values_in_words(key: str, folder: Path) -> None:
    wrong = [*NO_VALUE, *WRONG[KEYS[key]]]
    if key == "frozen":  # a reason, which is shown and never looked up
        wrong = [each for each in wrong if each not in NO_NAME or "a" * 5000 in each]
    if key in ("load_balancers.access_logs_prefix",):
        wrong.remove('""')
    if key.endswith(("keeps", "ladder", "pulled_by", "events", "closures", "decoys")):
        wrong = [each for each in wrong if each != "[]"]
    if key in ("registry", "registry.encryption") or key.endswith("scaling"):
        wrong = [each for each in wrong if each != "{}"]
    for value in wrong:
        messages = refusal(folder, key, value)
        assert messages, f"{key} = {value[:80]} is accepted"
        assert all(message.startswith(str(folder / f"{NAME}.toml")) for message in messages)
        assert all(message.isprintable() for message in messages), messages
        assert max(map(len, messages)) < 5_000


@pytest.mark.parametrize("key", ["network.vpc", "max_step", "services.cardid.tasks"])
def test_refuses_a_file_that_is_not_read_with_one_message(key: str, folder: Path) -> None:
    for value in UNREADABLE:
        [message] = refusal(folder, key, value)
        assert message.startswith(str(folder / f"{NAME}.toml"))
        assert message.isprintable()


@pytest.mark.parametrize("key", OWN)
def test_refuses_what_aws_would_refuse(key: str, folder: Path) -> None:
    accepted = [value for value in OWN[key] if not refusal(folder, key, value)]
    if key in ("follows", "region"):  # what another file, or AWS, says
        accepted = [each for each in accepted if each not in ('"staging-3"', '"production-2"')]
    assert accepted == []


@pytest.mark.parametrize("key", RIGHT)
def test_accepts_what_aws_takes(key: str, folder: Path) -> None:
    assert {value: refusal(folder, key, value) for value in RIGHT[key]} == {
        value: [] for value in RIGHT[key]
    }


def test_names_a_date_where_text_is_required(folder: Path) -> None:
    [message] = refusal(folder, "frozen", "2026-11-27")
    assert "frozen: found the date or time 2026-11-27; allowed: text in quotes" in message


def test_names_a_number_that_is_too_large(folder: Path) -> None:
    [message] = refusal(folder, "max_in_flight", "0x" + "f" * 5000)
    assert "max_in_flight: found a number of more than 64 bits; allowed: a whole number" in message


def test_names_a_heap_that_fills_its_container(folder: Path) -> None:
    messages = refusal(folder, "services.cardid.size", "{ cpu = 256, memory_mib = 512 }")
    found = (
        "services.cardid.size.memory_mib: found -Xmx1500m in JAVA_OPTS, in a container of 128 MiB"
    )
    assert any(found in message for message in messages)
