"""Text that names something and is as long and random as a secret: ARNs, digests, image tags,
security policies.
"""

import re

from pay.identifiers import ACCOUNT_ID, DIGEST

ARN = re.compile(
    r"(?<!\w)"
    r"(?P<head>arn:aws(?:-[a-z]+)*:[a-z0-9-]+"
    r":(?:[a-z0-9*-]*|\$?\{[\w.]+\})"
    rf":(?:{ACCOUNT_ID}|aws|cloudfront|\*|\$?\{{[\w.]+\}})?:)"
    r"(?P<resource>(?:[\w+.@/*:-]|\$?\{[\w.]+\})+)"
)
"""An ARN by its grammar: partition, service, region and account, then the resource. AWS: IAM user
guide, "Identify AWS resources with Amazon Resource Names". Each of the last three may have a field
of the catalogue or an expression of Terraform in it. A character that cannot be in a resource's
name ends it, so the text behind it is judged by itself."""

_RANDOM_ID = re.compile(r"(?:\b(?:task|container|container-instance)/[\w/-]*|key/mrk-)[0-9a-f]{32}")
"""Numbers of 32 hexadecimal digits that AWS gives (ECS: tasks, containers and instances; KMS:
multi-Region keys)."""

_DIGEST = re.compile(rf"(?:@|\b)(?:{DIGEST}|sha512:[0-9a-f]{{128}})\b")
"""The digest of an image, or of a package. An `@` before it is left out, too, because the name that
ends there is judged by itself."""

_SECURITY_POLICY = re.compile(
    r"(?<![\w-])ELBSecurityPolicy(?:-(?:TLS13|TLS|FS|[0-3]|Res|Ext[0-2]?|FIPS|PQ)){0,6}"
    r"-20\d\d-\d\d(?![\w-])"
)
"""The name of a listener's security policy, by the words that AWS makes such names of. Any other
word behind `ELBSecurityPolicy-` is judged. AWS: Application Load Balancers user guide, "Security
policies for your Application Load Balancer"."""

_COMMIT_TAG = re.compile(
    r"(?:(?<![\w.-])|(?<=:[0-9a-f]{40}))"  # where a name begins, or else a long word takes minutes
    r"(?P<image>[\w.-]+(?:/[\w.-]+)+):[0-9a-f]{40}\b(?![\w+/=])"
)
"""An image with the Git commit that it was built from as its tag."""


def without_arns(text: str) -> str:
    """Return the text with spaces instead of the ARNs' parts up to the account. So an account and
    the name after it are not read as one word. Positions stay.
    """
    return ARN.sub(lambda arn: " " * len(arn["head"]) + arn["resource"], text)


def words_to_weigh(text: str) -> list[str]:
    """Return the words of a text that could be random. An ARN's resource is split at its
    separators; all other words stay whole. Ids that AWS, registries and Git give are left out.
    """
    rest, words = [], []
    position = 0
    for arn in ARN.finditer(text):
        rest.append(text[position : arn.start()])
        position = arn.end()
        words += re.split(r"[^A-Za-z0-9]+", _RANDOM_ID.sub("", arn["resource"]))
    rest.append(text[position:])
    outside = _SECURITY_POLICY.sub("", _DIGEST.sub("", " ".join(rest)))
    outside = _COMMIT_TAG.sub(r"\g<image>", outside)
    return [word for word in (*words, *re.split(r"[\s,;:]+", outside)) if word]
