"""Roles must be assumed by named services and roles only.

A trust policy for everybody, or for a whole account, gives the role's rights to any principal
knowing its name.
"""

import re

from pay.identifiers import ACCOUNT_ID
from policies.engine.documents import allowing
from policies.engine.rule import rule
from policies.reading.stack import Block

_WHOLE_ACCOUNT = re.compile(rf"{ACCOUNT_ID}|arn:aws[a-z-]*:iam::{ACCOUNT_ID}:root")


@rule("aws_iam_role")
def judge(role: Block) -> list[str]:
    return [
        f"{kind} {principal} may assume the role"
        for statement in allowing(role, "assume_role_policy")
        for kind, principal in statement.principals
        if "*" in principal or (kind == "AWS" and _WHOLE_ACCOUNT.fullmatch(principal))
    ]
