"""Trust in an identity provider must name the subjects that may assume the role.

An audience alone admits every user of the provider: with GitHub, every workflow of every
repository. A pattern must name the repository, project or service account.
"""

import re
from collections.abc import Iterator

from pay.iam.document import Statement
from policies.engine.documents import allowing
from policies.engine.rule import rule
from policies.reading.stack import Block

_SAML_SUBJECTS = tuple(
    f"saml:{each}" for each in ("sub", "edupersonprincipalname", "mail", "uid", "primarygroupsid")
)
"""Keys that say who signs in (AWS: IAM user guide, "Available keys for SAML-based federation")."""

_SUBJECTS_WITH_WILDCARDS = re.compile(
    r"repo:[^:/*?]+/[^:/*?]+:.*"
    r"|project_path:[^:/*?]+(/[^:/*?]+)+:.*"
    r"|system:serviceaccount:[^:*?]+:.*"
    r"|organization:[^:*?]+:project:[^:*?]+:workspace:[^:*?]+:.*"
)
"""Patterns that name one subject. A repository: GitHub, "OpenID Connect reference", subject claims.
A project: GitLab, "ID token authentication". The accounts of a Kubernetes namespace: Amazon EKS
user guide, "Assign IAM roles to Kubernetes service accounts". A workspace: HCP Terraform, "Dynamic
provider credentials".
"""


@rule("aws_iam_role")
def judge(role: Block) -> list[str]:
    return [
        mistake
        for statement in allowing(role, "assume_role_policy")
        for kind, provider in statement.principals
        if kind == "Federated"
        for mistake in _mistakes(statement, provider)
    ]


def _mistakes(statement: Statement, provider: str) -> Iterator[str]:
    keys = {key for _, key, _ in statement.comparisons}
    is_saml = "saml-provider" in provider or provider.startswith("aws_iam_saml_provider.")
    subjects = [key for key in keys if (key in _SAML_SUBJECTS if is_saml else key.endswith(":sub"))]
    named = {key: values for key in subjects if (values := statement.limited_to(key))}
    if not named:
        yield f"any subject of {provider} may assume the role"
    elif not any(all(map(_names_somebody, values)) for values in named.values()):
        for key, values in sorted(named.items()):
            yield f"{key} is {', '.join(values)}, which does not name who may assume the role"


def _names_somebody(subject: str) -> bool:
    if not set(subject) & set("*?"):
        return bool(subject)
    return _SUBJECTS_WITH_WILDCARDS.fullmatch(subject) is not None
