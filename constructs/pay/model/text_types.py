"""Kinds of text in inputs, each with its pattern and its description for a person."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

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


def _is_no_reserved_bucket_name(name: str) -> str:
    """AWS: S3 user guide, "General purpose bucket naming rules"."""
    prefixes = ("xn--", "sthree-", "amzn-s3-demo-")
    suffixes = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3", ".mrap")
    is_address = name.count(".") == 3 and name.replace(".", "").isdigit()
    if name.startswith(prefixes) or name.endswith(suffixes) or is_address:
        raise ValueError(
            f"a bucket name that S3 does not reserve: not {', '.join(prefixes)} at its start, "
            f"{', '.join(suffixes)} at its end, or an IP address"
        )
    return name


_WORDS = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_IN_WORDS = "lower-case words with hyphens"

ServiceName = Annotated[str, _text(_WORDS, _IN_WORDS, max_length=20)]
EnvironmentName = Annotated[str, _text(_WORDS, _IN_WORDS, max_length=16)]
VariableName = Annotated[str, _text(r"^[A-Z][A-Z0-9_]*$", "upper-case words with underscores")]
AccountId = Annotated[str, _text(r"^[0-9]{12}$", "the 12 digits of an AWS account id, in quotes")]
Region = Annotated[
    str, _text(f"^({'|'.join(REGIONS)})$", "an AWS region that exists, for example eu-west-1")
]
Zone = Annotated[
    str,
    _text(f"^({'|'.join(REGIONS)})[a-f]$", "an availability zone of a region, such as eu-west-1a"),
]
DomainName = Annotated[
    str,
    _text(
        r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
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
    str, _text(r"^arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", "the ARN of an IAM role")
]
HttpsUrl = Annotated[
    str,
    _text(
        r"^https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$",
        "https:// with a host in lower case and a path, without login, query and variables",
    ),
]
TagValue = Annotated[
    str,
    _text(
        r"^[A-Za-z0-9_.:/=+@-]+( +[A-Za-z0-9_.:/=+@-]+)*$",
        "text of letters, digits, spaces between them and _ . : / = + - @",
        max_length=256,
    ),
]
"""What a tag may hold (AWS: EC2 user guide, "Tag restrictions"), in ASCII: a lookup by a name that
looks like another would find another, and `*` and `?` find several."""
Sentence = Annotated[str, _text(r"\S", "text that is not blank")]
ContainerUser = Annotated[
    str,
    _text(r"^[1-9][0-9]*:[1-9][0-9]*$", "uid:gid in numbers, never root (PCI DSS v4.0.1, 2.2.6)"),
]
ContainerPath = Annotated[
    str, _text(r"^(/[A-Za-z0-9._-]+)+$", "an absolute path without a slash at its end")
]
RepositoryName = Annotated[
    str,
    _text(
        r"^[a-z0-9]+([._/-][a-z0-9]+)*$",
        "an ECR repository without a tag: tags are Terraform variables, so that latest cannot "
        "slip in",
    ),
]
