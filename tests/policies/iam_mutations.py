"""One break per rule on roles and policies: their rights and their principals."""

from tests.policies.mutations import CONNECTOR, PLATFORM, ROLE, Mutation

POLICY = "aws_iam_role_policy.task_policy"
STATEMENT = "Statement = [\n"
SECRET = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:"
TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/production-2-sessions"
GROUP = "arn:aws:logs:eu-west-1:111111111111:log-group:production-2_app_connector:*"
TRAIL = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/production"
KEY_ARN = "arn:aws:kms:eu-west-1:111111111111:key/1"
GITHUB = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"


def statement(action: str, resource: str, more: str = "") -> str:
    """Add a statement at the start of a policy."""
    allowed = f'Action = ["{action}"], Effect = "Allow", Resource = ["{resource}"]'
    return f"{STATEMENT}{{ {allowed}{more} }},\n"


def granted(rule: str, action: str, resource: str = "*", way: str = "", more: str = "") -> Mutation:
    put = statement(action, resource, more)
    return Mutation(rule, CONNECTOR, POLICY, STATEMENT, put, way=way)


def attached(rule: str, policy: str) -> Mutation:
    """Attach a managed policy of AWS to a role."""
    return Mutation(
        rule,
        CONNECTOR,
        "aws_iam_role_policy_attachment.all",
        "",
        'resource "aws_iam_role_policy_attachment" "all" {\n'
        f'  policy_arn = "arn:aws:iam::aws:policy/{policy}"\n'
        "  role       = aws_iam_role.task_role.name\n}\n",
        way=policy,
    )


def published(condition: str, way: str) -> Mutation:
    """Allow everybody to publish to a topic, under a condition."""
    return Mutation(
        "resource_policies_do_not_speak_to_everybody",
        PLATFORM,
        "aws_sns_topic_policy.critical_topic_policy",
        STATEMENT,
        f'{STATEMENT}{{ Action = "sns:Publish", {condition}Effect = "Allow", Principal = "*", '
        'Resource = "*" },\n',
        way=way,
    )


def trusted(rule: str, principal: str, way: str = "") -> Mutation:
    """Allow another principal to assume the role."""
    return Mutation(
        rule, CONNECTOR, ROLE, 'Service = "ecs-tasks.amazonaws.com"', principal, way=way
    )


HIDDEN = '{"Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}], "Statement": []}'
"""Which statements count, of a key that occurs twice, is up to the reader."""

IAM_MUTATIONS = (
    Mutation(
        "actions_are_named_one_by_one",
        CONNECTOR,
        "aws_iam_role_policy.hidden",
        "",
        'resource "aws_iam_role_policy" "hidden" {\n  role   = aws_iam_role.task_role.name\n'
        f"  policy = <<EOT\n{HIDDEN}\nEOT\n}}\n",
        way="a key twice",
    ),
    Mutation(
        "trust_names_the_own_account",
        CONNECTOR,
        ROLE,
        "Condition = {",
        "NoCondition = {",
        way="no source",
    ),
    Mutation(
        "trust_names_the_own_account",
        CONNECTOR,
        ROLE,
        'ArnLike = { "aws:SourceArn" = "arn:aws:ecs:eu-west-1:111111111111:*" } StringEquals = {',
        "StringNotEquals = {\n",
        way="every source but the own",
    ),
    trusted(
        "trust_names_the_own_account",
        'AWS = "arn:aws:iam::999999999999:role/evil"',
        way="a role of another account",
    ),
    trusted("roles_are_assumed_by_named_principals", 'AWS = "arn:aws:iam::222222222222:root"'),
    trusted("federated_trust_names_its_subject", f'Federated = "{GITHUB}"'),
    trusted("CKV_AWS_60", 'AWS = "*"'),
    trusted("CKV_AWS_61", 'AWS = "111111111111"'),
    Mutation(
        "roles_get_their_rights_from_policies_of_their_own",
        CONNECTOR,
        ROLE,
        "assume_role_policy",
        'inline_policy {\nname = "all"\npolicy = jsonencode({ Statement = [{ Action = "*", '
        'Effect = "Allow", Resource = "*" }] })\n}\nassume_role_policy = jsonencode({',
        way="inline_policy",
    ),
    Mutation(
        "roles_get_their_rights_from_policies_of_their_own",
        CONNECTOR,
        ROLE,
        "assume_role_policy",
        'managed_policy_arns = ["arn:aws:iam::aws:policy/PowerUserAccess"]\n'
        "assume_role_policy = jsonencode({",
        way="managed_policy_arns",
    ),
    granted("CKV_AWS_62", "*"),
    granted("CKV_AWS_63", "*"),
    granted("CKV2_AWS_40", "iam:*"),
    granted("CKV_AWS_286", "iam:CreatePolicyVersion"),
    granted("CKV_AWS_287", "iam:CreateAccessKey"),
    granted("CKV_AWS_288", "s3:GetObject"),
    granted("CKV_AWS_289", "iam:AttachRolePolicy"),
    granted("CKV_AWS_290", "sqs:SendMessage"),
    granted("CKV_AWS_355", "sqs:SendMessage"),
    granted("actions_are_named_one_by_one", "dynamodb:*", TABLE),
    granted("decryption_names_its_keys", "kms:Decrypt"),
    granted(
        "decryption_names_its_keys",
        "kms:Decrypt",
        "arn:aws:kms:eu-west-1:111111111111:key/*",
        way="through every service but one",
        more=', Condition = { StringNotEquals = { "kms:ViaService" = "sqs.amazonaws.com" } }',
    ),
    granted("secrets_are_read_by_name", "secretsmanager:GetSecretValue", way="every resource"),
    granted("secrets_are_read_by_name", "secretsmanager:GetSecretValue", f"{SECRET}*", "secret:*"),
    granted("secrets_are_read_by_name", "secretsmanager:GetSecretValue", "arn:*", "every ARN"),
    granted("pass_role_names_its_roles", "iam:PassRole", "arn:aws:iam::111111111111:role/*"),
    granted("policies_name_their_resources", "sqs:SendMessage", "arn:aws:sqs:*:*:*"),
    granted("policies_name_their_resources", "elasticache:ModifyUser", way="a write"),
    granted("policies_name_their_resources", "dynamodb:Scan", way="a read"),
    granted("roles_cannot_weaken_the_logs", "logs:DeleteLogGroup", GROUP),
    granted("roles_cannot_weaken_the_logs", "logs:Delete*", GROUP, way="with a wildcard"),
    granted("roles_cannot_weaken_the_logs", "cloudtrail:StopLogging", TRAIL, way="a trail"),
    granted(
        "roles_cannot_weaken_the_logs",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/a/b",
        way="access logs",
    ),
    granted("roles_cannot_weaken_the_logs", "kms:ScheduleKeyDeletion", KEY_ARN, way="a key"),
    attached("attached_policies_are_written_in_the_stack", "PowerUserAccess"),
    attached("attached_policies_are_written_in_the_stack", "SecretsManagerReadWrite"),
    attached("CKV_AWS_274", "AdministratorAccess"),
    attached("CKV2_AWS_56", "IAMFullAccess"),
    Mutation(
        "resource_policies_name_the_own_account",
        PLATFORM,
        "aws_sns_topic_policy.critical_topic_policy",
        '"aws:SourceAccount" = "111111111111"',
        '"aws:SourceAccount" = "999999999999"',
    ),
    published("", "without a condition"),
    published('Condition = { ArnLike = { "aws:SourceArn" = "*" } }, ', "for every source"),
)
