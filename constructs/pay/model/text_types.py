"""Kinds of text in inputs, each with its pattern and its description for a person."""

from typing import Annotated, Any

from pydantic import Field

_SAYS: dict[str, str] = {}


def _text(pattern: str, says: str, **limits: Any) -> Any:
    _SAYS[pattern] = says
    return Field(pattern=pattern, **limits)


def says(pattern: str) -> str:
    """Return the description of a pattern."""
    return _SAYS.get(pattern, f"text that matches {pattern}")


_WORDS = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_IN_WORDS = "lower-case words with hyphens"

ServiceName = Annotated[str, _text(_WORDS, _IN_WORDS, max_length=20)]
EnvironmentName = Annotated[str, _text(_WORDS, _IN_WORDS, max_length=16)]
VariableName = Annotated[str, _text(r"^[A-Z][A-Z0-9_]*$", "upper-case words with underscores")]
AccountId = Annotated[str, _text(r"^\d{12}$", "the 12 digits of an AWS account id, in quotes")]
Region = Annotated[str, _text(r"^[a-z]{2}-[a-z]+-\d$", "an AWS region, for example eu-west-1")]
Zone = Annotated[
    str, _text(r"^[a-z]{2}-[a-z]+-\d[a-z]$", "an availability zone, for example eu-west-1a")
]
DomainName = Annotated[
    str,
    _text(
        r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$",
        "a domain name in lower case, without a dot at its end",
    ),
]
BucketName = Annotated[
    str,
    _text(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "an S3 bucket name: 3 to 63 of a-z, 0-9, . and -"),
]
InstanceType = Annotated[
    str, _text(r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$", "an EC2 instance type, for example m7g.large")
]
RoleArn = Annotated[
    str, _text(r"^arn:aws:iam::\d{12}:role/[\w+=,.@/-]+$", "the ARN of an IAM role")
]
HttpsUrl = Annotated[str, _text(r"^https://[^\s]+$", "an address that starts with https://")]
TagValue = Annotated[str, _text(r"^\S(.*\S)?$", "text that is not blank at either end")]
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
