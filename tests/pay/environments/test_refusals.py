"""A mistake in an environment file is refused with its place, and all of them at once."""

from pathlib import Path

import pytest

from pay.environments import file
from pay.environments.file import read
from tests.support.problems import only
from tests.support.spoiled import Edit, Refused

CARDID = '[services.cardid]\nstage = "half"\ntasks = { min = 3, peak = 4 }'

# (what is spoiled in production-2, by what, the key that is named, what was found, what helps)
MISTAKES = {
    "an unknown key": ('vpc = "', 'vpcs = 1\nvpc = "', "network.vpcs", "an unknown key", "vpc?"),
    "a missing key": ('vpc = "production-2"\n', "", "network.vpc", "nothing", "add it"),
    "an unknown stage": ('"half"', '"hafl"', "services.cardid.stage", "'hafl'", "half?"),
    "text for a number": ("peak = 4", 'peak = "4"', "services.adminusers.tasks.peak", "'4'", ""),
    "an unknown word that is kept": (
        CARDID,
        f'{CARDID}\nkeeps = ["security_group"]',
        "services.cardid.keeps.0",
        "'security_group'",
        "security_groups?",
    ),
    "what its load balancer does not have": (
        CARDID,
        f'{CARDID}\nkeeps = ["security_groups"]',
        "services.cardid.keeps",
        "security_groups, which a load balancer of type application does not have",
        "drop_invalid_header_fields",
    ),
    "more always than at peak": (
        "min = 3, peak = 4",
        "min = 5, peak = 4",
        "services.adminusers.tasks.min",
        "5",
        "at most peak",
    ),
    "a size that Fargate lacks": (
        "cpu = 1024, memory_mib = 2048",
        "cpu = 1024, memory_mib = 1024",
        "services.egress.size.memory_mib",
        "1024",
        "2048 to 8192",
    ),
    "a weight over 100": ("most = 75", "most = 175", "ladder.most", "175", "100"),
    "a ladder that falls": ("half = 50", "half = 20", "ladder.half", "20", "more than quarter"),
    "a step over max_step": ("max_step = 25", "max_step = 24", "ladder", "a step of 25", "24"),
    "a max_step that no ladder can keep": (
        "max_step = 25",
        "max_step = 19",
        "max_step",
        "19",
        "20 to 100, because one of at most five steps",
    ),
    "a max_step over 100": ("max_step = 25", "max_step = 101", "max_step", "101", "20 to 100"),
    "a stage that the ladder leaves out": (
        "half = 50",
        "",
        "services.cardid.stage",
        "half",
        "leaves it out",
    ),
    "one zone": (
        '"eu-west-1a", "eu-west-1b", "eu-west-1c"',
        '"eu-west-1a"',
        "network.zones",
        "eu-west-1a",
        "at least two",
    ),
    "one zone twice": ("1b", "1a", "network.zones", "eu-west-1a, eu-west-1a", "different"),
    "a zone of another region": ("1c", "2c", "network.zones", "eu-west-2c", "region eu-west-1"),
    "a zone that is no domain name": (
        "payments.service.gov.uk",
        "x",
        "dns.public_zone",
        "'x'",
        "domain name",
    ),
    "one zone for the public and for services": (
        'internal_zone = "production-2.pymnt.internal"',
        'internal_zone = "payments.service.gov.uk"',
        "dns.internal_zone",
        "payments.service.gov.uk",
        "another zone than public_zone",
    ),
    "an account id as a number": (
        '"111111111111"',
        "111111111111",
        "account_id",
        "111111111111",
        "text in quotes",
    ),
    "an account id in other digits": (
        '"111111111111"',
        '"11111111111\u0661"',
        "account_id",
        "'11111111111\u0661'",
        "12 digits",
    ),
    "a region that does not exist": (
        '"eu-west-1"',
        '"eu-west-9"',
        "region",
        "'eu-west-9'",
        "exists",
    ),
    "a zone that does not exist": ("-1c", "-1z", "network.zones.2", "'eu-west-1z'", "zone"),
    "a name that Terraform would evaluate": (
        'vpc = "production-2"',
        'vpc = "${file(1)}"',
        "network.vpc",
        "'${file(1)}'",
        "letters, digits",
    ),
    "a name that finds several": (
        'vpc = "production-2"',
        'vpc = "production-*"',
        "network.vpc",
        "'production-*'",
        "letters, digits",
    ),
    "a name with an invisible character": (
        'vpc = "production-2"',
        'vpc = "production\u200b-2"',
        "network.vpc",
        "'production\\u200b-2'",
        "letters, digits",
    ),
    "a name of 5,000 characters": (
        'vpc = "production-2"',
        f'vpc = "{"x" * 5000}"',
        "network.vpc",
        f"'{'x' * 199}... (5002 characters)",
        "at most 256",
    ),
    "a part of a domain name over 63 characters": (
        "payments.service.gov.uk",
        f"{'a' * 64}.uk",
        "dns.public_zone",
        f"'{'a' * 64}.uk'",
        "63 characters",
    ),
    "a bucket name with an empty part": (
        '"pay-production-terraform-state"',
        '"pay..state"',
        "state.bucket",
        "'pay..state'",
        "with . between",
    ),
    "a bucket name that is an address": (
        '"pay-production-terraform-state"',
        '"192.168.5.4"',
        "state.bucket",
        "'192.168.5.4'",
        "IP address",
    ),
    "a blank reason": ("max_step =", 'frozen = " "\nmax_step =', "frozen", "' '", "not blank"),
    "a local state of production": (
        'backend = "s3"\nbucket = "pay-production-terraform-state"',
        'backend = "local"',
        "state.backend",
        "local",
        "real payments pass",
    ),
    "logs of production that end with the service": (
        "outlive_the_service = true",
        "outlive_the_service = false",
        "logs.outlive_the_service",
        "false",
        "real payments pass",
    ),
    "a retention under a year": ("= 400", "= 90", "logs.retention_in_days", "90", "365"),
    "an S3 backend without a bucket": (
        'bucket = "pay-production-terraform-state"',
        "",
        "state.bucket",
        "nothing",
        "add it",
    ),
    "fewer instances than at least": (
        "max_instances = 9",
        "max_instances = 5",
        "capacity.cde.min_instances",
        "6",
        "at most max_instances",
    ),
    "instances of another architecture": (
        "m7g.4xlarge",
        "m7i.4xlarge",
        "capacity.cde.instance_type",
        "m7i.4xlarge, which is X86_64",
        "ARM64",
    ),
    "instances of a size that is not known": (
        "m7g.4xlarge",
        "m7g.metal",
        "capacity.cde.instance_type",
        "m7g.metal, whose size is not known here",
        "pay.model.environment.instance_types",
    ),
    "fewer instances than zones": (
        "min_instances = 6",
        "min_instances = 2",
        "capacity.cde.min_instances",
        "2 for 3 zones",
        "at least 3: an instance in each zone",
    ),
    "a peak that the instances cannot hold": (
        'instance_type = "m7g.4xlarge"\nmin_instances = 6',
        'instance_type = "m7g.xlarge"\nmin_instances = 8',
        "capacity.cde.min_instances",
        "8, which offer 32768 CPU units and 124512 MiB to tasks",
        "instances that offer 33792 CPU units and 114688 MiB. That holds `peak` tasks of each "
        "service with an EC2 side, and one more of the largest for rolling deployments with "
        "m7g.xlarge: at least 9",
    ),
    "a segment without instances": (
        '[capacity.general]\ninstance_type = "m7g.2xlarge"\nmin_instances = 6\nmax_instances = 9\n',
        "",
        "capacity.general",
        "nothing",
        "add the table",
    ),
    "an unknown service": (
        "[services.cardid]",
        "[services.cardld]",
        "services.cardld",
        "an unknown service",
        "cardid?",
    ),
    "a service that is neither hardened nor taken over": (
        "[services.cardid]\n",
        "[services.cardid]\nhardened = false\n",
        "services.cardid.hardened",
        "false",
        "adopt = true",
    ),
    "a missing service": (CARDID, "", "services", "no cardid, which connector, frontend", "add"),
    "an unknown environment to follow": (
        '"staging-2"',
        '"stagin-2"',
        "follows",
        "stagin-2",
        "staging-2?",
    ),
    "another name than the file's": (
        'name = "production-2"',
        'name = "production-3"',
        "name",
        "production-3",
        "rename",
    ),
    "a secret": (
        'vpc = "production-2"',
        'vpc = "AKIA' + 'ABCDEFGHIJKLMNOP"',
        "network.vpc",
        "what looks like a secret (its value has the form of: AWS Access Key)",
        "Secrets Manager",
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "key", "found", "helps"), MISTAKES.values(), ids=list(MISTAKES)
)
def test_refuses(
    edit: Edit, refused: Refused, folder: Path, old: str, new: str, key: str, found: str, helps: str
) -> None:
    edit("production-2", old, new)
    problem = next(p for p in refused() if p.key == key and p.found.startswith(found))
    assert problem.where == str(folder / "production-2.toml")
    assert problem.allowed
    assert helps in f"{problem.allowed} {problem.fix}"


def test_refuses_a_key_in_a_comment_once_with_its_line(edit: Edit, refused: Refused) -> None:
    edit("production-2", "[network]", "# was " + "AKIA" + "ABCDEFGHIJKLMNOP\n[network]")
    problem = only(refused())
    assert problem.key == ""
    assert problem.line
    assert problem.found == "what looks like a secret (its value has the form of: AWS Access Key)"


@pytest.mark.parametrize(
    ("comment", "is_refused"),
    [
        ("# password: hunter2", True),
        ('# token = "abc"', True),
        ("# password: see the vault", False),
        ("# the token rotates", False),
    ],
)
def test_reads_comments_as_people_do(
    comment: str, is_refused: bool, edit: Edit, folder: Path
) -> None:
    line = f'vpc = "production-2"  {comment}'
    edit("production-2", 'vpc = "production-2"', line)
    path = folder / "production-2.toml"
    number = path.read_text().splitlines().index(line) + 1
    found = [(problem.key, problem.line) for problem in read(path).problems]
    assert found == ([("", number)] if is_refused else [])


def test_reports_a_wrong_value_and_a_secret_comment_of_one_line(edit: Edit, folder: Path) -> None:
    edit("production-2", 'vpc = "production-2"', "vpc = 3  # password: hunter2")
    wrong, secret = read(folder / "production-2.toml").problems
    assert (wrong.key, secret.key) == ("network.vpc", "")
    assert secret.found.startswith("what looks like a secret")
    assert wrong.line == secret.line


UNREADABLE = {
    "digits": "x = " + "9" * 5000,
    "digits after a text": 'x = ["' + "8" * 5000 + '",' + "9" * 5000 + "]",
    "nesting": "x = " + "[" * 3000 + "]" * 3000,
    "less nesting": "x = " + "[" * 30 + "]" * 30,
    "nested tables": "x = " + "{a=" * 30 + "1" + "}" * 30,
    "dots": f"{'a.' * 3000}a = 1",
    "dots of a table": f"[{'a.' * 30}a]\ny = 1",
    "line end": "x = \u2028",
    "escape": 'x = "\x1b[2J"',
    "no end": 'x = """',
}


@pytest.mark.parametrize("line", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_is_one_message_with_its_line(
    line: str, edit: Edit, refused: Refused, folder: Path
) -> None:
    edit("production-2", "[network]", f"{line}\n[network]")
    problem = only(refused())
    text = (folder / "production-2.toml").read_text()
    last = text.count("\n") + 1
    at = text[: text.index(line)].count("\n") + 1
    assert problem.line == (last if line.endswith('"""') else at)
    assert problem.where == str(folder / "production-2.toml")
    assert problem.allowed == "a readable TOML file in UTF-8"
    assert str(problem).isprintable()


def test_says_the_line_of_a_key(edit: Edit, refused: Refused, folder: Path) -> None:
    edit("production-2", 'vpc = "production-2"', "vpc = 1")
    problem = only(refused())
    lines = (folder / "production-2.toml").read_text().splitlines()
    assert problem.line is not None
    assert lines[problem.line - 1] == "vpc = 1"


def test_says_nothing_twice_about_a_key_that_could_not_be_read(
    edit: Edit, refused: Refused
) -> None:
    edit("production-2", "half = 50", 'half = "x"')
    edit("production-2", 'region = "eu-west-1"', "region = 1")
    assert {p.key for p in refused()} == {"ladder.half", "region"}


def test_a_service_that_cannot_be_read_is_not_called_missing(edit: Edit, refused: Refused) -> None:
    edit("production-2", CARDID, "[services.cardid]\nstage = 1")
    assert {p.key for p in refused()} == {"services.cardid.stage", "services.cardid.tasks"}


def test_refuses_a_file_that_is_no_toml_at_its_line(edit: Edit, refused: Refused) -> None:
    edit("production-2", 'name = "production-2"', 'name = "production-2')
    problem = only(refused())
    assert problem.line == 5
    assert problem.allowed == "a readable TOML file in UTF-8"


def test_refuses_a_file_that_is_no_text(folder: Path, refused: Refused) -> None:
    (folder / "production-2.toml").write_bytes(b"\xff\xfe")
    assert only(refused()).allowed == "a readable TOML file in UTF-8"


def test_refuses_a_table_where_services_should_be(refused: Refused, folder: Path) -> None:
    path = folder / "production-2.toml"
    head = path.read_text().split("[services.")[0]
    path.write_text(head.replace('name = "production-2"', 'name = "production-2"\nservices = 1'))
    assert only(refused()).key == "services"


def test_refuses_a_name_that_aws_reserves(folder: Path, edit: Edit, refused: Refused) -> None:
    edit("sandbox", 'name = "sandbox"', 'name = "fargate-1"')
    (folder / "sandbox.toml").rename(folder / "fargate-1.toml")
    problem = only(refused())
    assert (problem.key, problem.found) == ("name", "fargate-1")


def test_an_error_of_our_own_is_not_called_an_unreadable_file(
    edit: Edit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(text: str) -> None:
        raise ValueError("a mistake of ours")

    edit("production-2", "[network]", "# no other test has read this text\n[network]")
    monkeypatch.setattr(file, "TomlLines", fails)
    with pytest.raises(ValueError, match="a mistake of ours"):
        read(folder / "production-2.toml")
