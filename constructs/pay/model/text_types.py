"""Kinds of text in inputs, each with its pattern and its description for a person."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from pay.identifiers import ACCOUNT_ID, DIGEST

_SAYS: dict[str, str] = {}


def _text(pattern: str, says: str, **limits: Any) -> Any:
    _SAYS[pattern] = says
    return Field(pattern=pattern, **limits)


def says(pattern: str) -> str:
    """Return the description of a pattern."""
    return _SAYS.get(pattern, f"text that matches {pattern}")


REGIONS = (
    "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 "
    "ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 "
    "ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 "
    "eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 "
    "mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2"
).split()
"""The regions of AWS's standard partition that have ECS (a test compares them with the SDK's)."""


ZONES = {
    "ap-northeast-1": "abcd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
    "us-east-1": "abcdef",
    "us-west-2": "abcd",
}
"""The letters of the regions' availability zones where they are not `abc` (AWS: "AWS Availability
Zones")."""


def _zones() -> str:
    return "|".join(f"{region}[{ZONES.get(region, 'abc')}]" for region in REGIONS)


LARGEST_PORT = 2**16 - 1


def _has_a_port(url: str) -> str:
    if (port := urlsplit(url).netloc.partition(":")[2]) and int(port) > LARGEST_PORT:
        raise ValueError(f"a port of at most {LARGEST_PORT}")
    return url


def _is_no_reserved_bucket_name(name: str) -> str:
    """Refuse a name that S3 reserves. AWS: S3 user guide, "General purpose bucket naming rules"."""
    prefixes = ("xn--", "sthree-", "amzn-s3-demo-")
    suffixes = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3", ".mrap")
    is_address = name.count(".") == 3 and name.replace(".", "").isdigit()
    if name.startswith(prefixes) or name.endswith(suffixes) or is_address:
        raise ValueError(
            f"a name that S3 does not reserve: not {', '.join(prefixes)} at its start, "
            f"{', '.join(suffixes)} at its end, or an IP address"
        )
    return name


LARGEST_ID = 2**31 - 1
"""The largest number of a user or a group that Docker takes (moby: `daemon/oci_linux.go`)."""


def _are_ids(user: str) -> str:
    if any(int(number) > LARGEST_ID for number in user.split(":")):
        raise ValueError(f"uid:gid of at most {LARGEST_ID} each")
    return user


def _stays_below(path: str) -> str:
    if {".", ".."} & set(path.split("/")):
        raise ValueError("a path without . and .. as a part")
    return path


_WORDS = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_IN_WORDS = "lower-case words with hyphens"

ServiceName = Annotated[str, _text(_WORDS, _IN_WORDS, max_length=20)]
EnvironmentName = Annotated[str, _text(_WORDS, _IN_WORDS, max_length=16)]
VariableName = Annotated[str, _text(r"^[A-Z][A-Z0-9_]*$", "upper-case words with underscores")]
AccountId = Annotated[
    str, _text(f"^{ACCOUNT_ID}$", "the 12 digits of an AWS account id, in quotes")
]
Region = Annotated[
    str, _text(f"^({'|'.join(REGIONS)})$", "an AWS region that exists, for example eu-west-1")
]
Zone = Annotated[
    str,
    _text(f"^({_zones()})$", "an availability zone that exists, for example eu-west-1a"),
]
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"({_LABEL}\.)+[a-z]{{2,63}}"

HostLabel = Annotated[
    str,
    _text(f"^{_LABEL}$", "one part of a domain name: a-z, 0-9 and -, at most 63 characters"),
]
DomainName = Annotated[
    str,
    _text(
        f"^{_DOMAIN}$",
        "a domain name in lower case, without a dot at its end, each part at most 63 characters",
        max_length=253,
    ),
]
BucketName = Annotated[
    str,
    _text(
        r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$",
        "an S3 bucket name: a-z, 0-9 and - in parts with . between them",
        min_length=3,
        max_length=63,
    ),
    AfterValidator(_is_no_reserved_bucket_name),
]
KeyPrefix = Annotated[
    str,
    _text(
        r"^([A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*)?$",
        "a prefix of S3 keys without a slash at its ends, or empty for none",
        max_length=800,  # a key has at most 1024 bytes, of which a log's name takes up to 200
    ),
]
WebAclName = Annotated[
    str,
    _text(r"^[A-Za-z0-9_-]+$", "an AWS WAF web ACL name: a-z, A-Z, 0-9, - and _", max_length=128),
]
InstanceType = Annotated[
    str, _text(r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$", "an EC2 instance type, for example m7g.large")
]
RoleArn = Annotated[
    str,
    _text(
        rf"^arn:aws:iam::{ACCOUNT_ID}:role/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{{1,64}}$",
        "the ARN of an IAM role, whose name has at most 64 characters",
        max_length=640,
    ),
]
HttpsUrl = Annotated[
    str,
    _text(
        rf"^https://{_DOMAIN}(:[1-9][0-9]{{0,4}})?(/[A-Za-z0-9._~/-]*)?$",
        "https:// with a host in lower case and a path, without login, query and variables",
    ),
    AfterValidator(_has_a_port),
]
TagValue = Annotated[
    str,
    _text(
        r"^[A-Za-z0-9_.:/=+@-]+( +[A-Za-z0-9_.:/=+@-]+)*$",
        "text of letters, digits, spaces between them and _ . : / = + - @",
        max_length=256,
    ),
]
"""The allowed text of a tag, in ASCII (AWS: EC2 user guide, "Tag restrictions"). A lookup by a name
that looks like another would find another; `*` and `?` find several."""
Sentence = Annotated[
    str, _text("[A-Za-z0-9]", "text that is not blank: with letters or digits", max_length=1000)
]
ContainerUser = Annotated[
    str,
    _text(
        r"^[1-9][0-9]{0,9}:[1-9][0-9]{0,9}$",
        "uid:gid in numbers, never root (PCI DSS v4.0.1, 2.2.6)",
    ),
    AfterValidator(_are_ids),
]
ContainerPath = Annotated[
    str,
    _text(r"^(/[A-Za-z0-9._-]+)+$", "an absolute path without a slash at its end"),
    AfterValidator(_stays_below),
]
TopicName = Annotated[
    str,
    _text(r"^[A-Za-z0-9_-]{1,256}$", "a standard SNS topic: letters, digits, _ and -; at most 256"),
]
"""AWS: SNS API reference, `CreateTopic`. EventBridge delivers to standard topics only (EventBridge
user guide, "Targets")."""
SecretName = Annotated[
    str,
    _text(
        r"^[A-Za-z0-9/_+=.@-]{1,512}$",
        "a name in Secrets Manager: letters, digits and / _ + = . @ -",
    ),
]
RepositoryName = Annotated[
    str,
    _text(
        r"^[a-z0-9]+([._/-][a-z0-9]+)*$",
        "an ECR repository without a tag: tags are Terraform variables, so that latest cannot "
        "slip in",
        min_length=2,
        max_length=256,
    ),
]
ImageDigest = Annotated[
    str,
    _text(
        f"^{DIGEST}$",
        "the digest of an image: sha256: and 64 digits in lower-case hexadecimal; `pay images` "
        "prints it",
    ),
]
KeptEncryption = Annotated[
    str,
    _text(
        rf"^(AES256|arn:aws:kms:[a-z0-9-]+:{ACCOUNT_ID}:key/[A-Za-z0-9-]+)$",
        "AES256, or the ARN of a KMS key",
    ),
]
BucketPart = Annotated[
    str,
    _text(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "the end of an S3 bucket name: a-z, 0-9 and -"),
    AfterValidator(_is_no_reserved_bucket_name),
]
MessagingName = Annotated[
    str,
    _text(r"^[A-Za-z0-9_-]+(\.fifo)?$", "a name of SQS or SNS: a-z, A-Z, 0-9, - and _, or .fifo"),
]
FamilyName = Annotated[
    str, _text(r"^[A-Za-z0-9_-]+$", "a family of task definitions: a-z, A-Z, 0-9, - and _")
]
UrlPath = Annotated[
    str,
    _text(
        r"^(/[A-Za-z0-9._~-]*)*$",
        "the path of a URL, which begins with a slash, or empty for none",
        max_length=1024,
    ),
]
HealthCheckPath = Annotated[
    str,
    _text(
        r"^/[A-Za-z0-9._~/?&=-]*$",
        "the path that a health check asks for, which begins with a slash",
        max_length=1024,
    ),
]
TerraformName = Annotated[
    str, _text(r"^[a-z][a-z0-9_]*$", "a name in Terraform: lower-case words with underscores")
]
LogKind = Annotated[str, _text(_WORDS, _IN_WORDS)]
