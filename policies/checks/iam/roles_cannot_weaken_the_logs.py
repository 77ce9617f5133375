"""Roles must not be able to delete, shorten, stop or unlock logs, trails, detectors or their keys.

Whoever breaks in removes the traces first. Terraform alone changes what records them.
"""

from pay.iam.document import Statement
from pay.iam.patterns import includes
from policies.engine.documents import identity_rule

_ACTIONS = {
    "logs": "DeleteLogGroup DeleteLogStream PutRetentionPolicy DeleteRetentionPolicy "
    "DeleteSubscriptionFilter PutSubscriptionFilter DeleteMetricFilter DisassociateKmsKey "
    "DeleteDestination DeleteResourcePolicy PutDataProtectionPolicy DeleteDataProtectionPolicy "
    "PutLogGroupDeletionProtection",
    "cloudtrail": "StopLogging DeleteTrail UpdateTrail PutEventSelectors PutInsightSelectors "
    "DeleteEventDataStore UpdateEventDataStore StopEventDataStoreIngestion "
    "DeregisterOrganizationDelegatedAdmin",
    "config": "StopConfigurationRecorder DeleteConfigurationRecorder PutConfigurationRecorder "
    "DeleteDeliveryChannel PutDeliveryChannel DeleteConfigRule PutRetentionConfiguration",
    "guardduty": "DeleteDetector UpdateDetector CreateFilter UpdateFilter DisassociateMembers "
    "DeleteMembers StopMonitoringMembers DisassociateFromAdministratorAccount "
    "DisassociateFromMasterAccount DeletePublishingDestination CreateIPSet UpdateIPSet",
    "securityhub": "DisableSecurityHub BatchDisableStandards UpdateStandardsControl "
    "DisassociateFromAdministratorAccount",
    "ec2": "DeleteFlowLogs",
    # Its attributes hold the switch of the access logs.
    "elasticloadbalancing": "ModifyLoadBalancerAttributes",
    "wafv2": "DeleteLoggingConfiguration",
    "kms": "ScheduleKeyDeletion DisableKey PutKeyPolicy DisableKeyRotation "
    "DeleteImportedKeyMaterial",
    "s3": "PutLifecycleConfiguration PutBucketObjectLockConfiguration PutObjectLegalHold "
    "PutObjectRetention BypassGovernanceRetention PutBucketVersioning PutBucketLogging "
    "PutBucketPolicy DeleteBucketPolicy DeleteBucket DeleteObjectVersion "
    "PutEncryptionConfiguration",
}
"""Service -> actions (AWS: service authorization reference, access levels "Write" and "Permissions
management"; PCI DSS v4.0.1, 10.3.2 and 10.5.1)."""


@identity_rule
def judge(statement: Statement) -> list[str]:
    return [
        f"{service}:{action} is allowed"
        for service, actions in _ACTIONS.items()
        for action in actions.split()
        if includes(statement.actions, f"{service}:{action}")
    ]
