"""The account of a call: the sandbox's, or that of a role that the caller assumed.

moto attributes every call to `MOTO_ACCOUNT_ID`. Source: AWS, STS API reference, `AssumeRole`.
"""

from typing import Any

from moto.core.responses import BaseResponse
from moto.sts.models import AssumedRole, STSBackend

from sandbox.aws.iam.callers import CALLERS, Caller
from sandbox.aws.patching import Original, extends


@extends(STSBackend)
def assume_role(self: STSBackend, assume: Original, *words: Any, **settings: Any) -> AssumedRole:
    role: AssumedRole = assume(self, *words, **settings)
    CALLERS[role.access_key_id] = Caller(role.account_id, role.role_arn)
    return role


@extends(BaseResponse)
def get_current_account(self: BaseResponse, own: Original) -> str:
    caller = CALLERS.get(self.get_access_key())
    return caller.account_id if caller else str(own(self))
