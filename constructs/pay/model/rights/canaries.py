"""The rights of smoke tests."""

from pay.iam.document import Statement
from pay.model.environment.environment import Environment
from pay.model.rights.tasks import WRITE_LOGS, through


def canaries_trust() -> Statement:
    """Let Lambda assume the role of canaries. It sends no source for a condition (AWS: Lambda
    developer guide, "Defining Lambda function permissions with an execution role").
    """
    principal = {"Service": "lambda.amazonaws.com"}
    return Statement("AssumedByCanaries", ["sts:AssumeRole"], principal=principal)


def canary_rights(
    environment: Environment,
    *,
    bucket_arn: str,
    key_arn: str,
    secret_arn: str,
    secret_key_arn: str,
    webhooks_bucket: str | None,
) -> list[Statement]:
    """Return the rights of canaries, limited to their own resources. AWS: CloudWatch user guide,
    "Required roles and permissions for canaries" and "Running a canary on a VPC".
    """
    account = environment.account_id
    groups = f"arn:aws:logs:{environment.region}:{account}:log-group:/aws/lambda/cwsyn-*"
    statements = [
        Statement("StoreArtefacts", ["s3:PutObject"], [f"{bucket_arn}/*"]),
        Statement("FindBucket", ["s3:GetBucketLocation"], [bucket_arn]),
        # AWS: service authorization reference, Amazon S3: ListAllMyBuckets takes no resource.
        Statement("ListBuckets", ["s3:ListAllMyBuckets"], ["*"]),
        Statement("EncryptArtefacts", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn]),
        Statement("WriteLogs", ["logs:CreateLogGroup", *WRITE_LOGS], [groups]),
        # AWS: service authorization reference, Amazon CloudWatch: PutMetricData takes no resource.
        Statement(
            "WriteMetrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}},
        ),
        # Lambda refuses a role that may not delete every network interface. AWS: Lambda developer
        # guide, "Giving Lambda functions access to resources in an Amazon VPC".
        Statement(
            "JoinNetwork",
            ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"],
            [environment.arn("ec2", "*/*")],
        ),
        # AWS: service authorization reference, Amazon EC2: it takes no resource.
        Statement("FindNetwork", ["ec2:DescribeNetworkInterfaces"], ["*"]),
        # AWS: service authorization reference, Elastic Load Balancing V2: it takes no resource.
        Statement("FindSides", ["elasticloadbalancing:DescribeLoadBalancers"], ["*"]),
        Statement("ReadSecret", ["secretsmanager:GetSecretValue"], [secret_arn]),
        Statement(
            "DecryptSecret",
            ["kms:Decrypt"],
            [secret_key_arn],
            conditions=through(environment, "secretsmanager"),
        ),
    ]
    if webhooks_bucket:
        received = f"arn:aws:s3:::{webhooks_bucket}/webhooks/{environment.name}/*"
        statements.append(Statement("SeeWebhooks", ["s3:GetObject"], [received]))
    return statements
