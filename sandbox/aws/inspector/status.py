"""Amazon Inspector: what is scanned in an account.

moto 5.2 refuses an account that never switched anything on. AWS answers that all is off. Source:
Inspector API reference, `BatchGetAccountStatus`.
"""

from typing import Any

from moto.inspector2.models import AccountStatus, Inspector2Backend

from sandbox.aws.patching import Original, extends


@extends(Inspector2Backend)
def batch_get_account_status(
    self: Inspector2Backend, get: Original, account_ids: list[str]
) -> list[dict[str, Any]]:
    for account in account_ids or [self.account_id]:
        self.account_status.setdefault(account, AccountStatus(account))
    statuses: list[dict[str, Any]] = get(self, account_ids or [self.account_id])
    return statuses
