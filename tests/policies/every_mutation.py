"""All mutations: at least one for each rule."""

from tests.policies.iam_mutations import IAM_MUTATIONS
from tests.policies.mutations import MUTATIONS
from tests.policies.not_yet_created_mutations import LATER_MUTATIONS
from tests.policies.scope_mutations import SCOPE_MUTATIONS
from tests.policies.web_acl_mutations import WEB_ACL_MUTATIONS

ALL = (
    *MUTATIONS,
    *IAM_MUTATIONS,
    *SCOPE_MUTATIONS,
    *WEB_ACL_MUTATIONS,
    *LATER_MUTATIONS,
)
