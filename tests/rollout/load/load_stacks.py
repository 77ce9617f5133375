"""What load tests need of the stacks `<env>-sleep` and `<env>-load`, made by hand."""

from pay.iam.document import policy_document
from pay.model import Environment, names
from pay.model.environment.load import API_TOKEN, FAMILY
from pay.model.rights.schedules import scheduler_trust, sleep_rights
from pay.sleep.parts import databases
from sandbox.instance import Sandbox


def make_stack_of_sleep(environment: Environment, sandbox: Sandbox) -> None:
    name, group = environment.name, names.sleep_group(environment.name)
    key = sandbox.client("kms").create_key()["KeyMetadata"]["KeyId"]
    sandbox.client("kms").create_alias(AliasName=names.sleep_key_alias(name), TargetKeyId=key)
    sandbox.client("scheduler").create_schedule_group(Name=group)
    sandbox.client("sqs").create_queue(QueueName=names.sleep_dead_letters(name))
    iam, role = sandbox.client("iam"), names.sleep_role(name)
    trust = policy_document(scheduler_trust(environment, group))
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    rights = sleep_rights(environment, databases=databases(environment), has_canaries=False)
    document = policy_document(*rights)
    iam.put_role_policy(RoleName=role, PolicyName="sleep", PolicyDocument=document)


def make_stack_of_load(environment: Environment, sandbox: Sandbox) -> None:
    group = names.log_group(environment.name, "app", FAMILY)
    sandbox.client("logs").create_log_group(logGroupName=group)
    register_runner(environment, sandbox)


def register_runner(environment: Environment, sandbox: Sandbox) -> None:
    """Register the task as the environment's file says now."""
    load, group = environment.load, names.log_group(environment.name, "app", FAMILY)
    assert load is not None
    secret = sandbox.client("secretsmanager").describe_secret(SecretId=load.secret_name)["ARN"]
    log = {
        "awslogs-group": group,
        "awslogs-region": environment.region,
        "awslogs-stream-prefix": FAMILY,
    }
    registry = names.image_registry(environment.account_id, environment.region)
    container = {
        "name": FAMILY,
        "image": f"{registry}/{load.image}",
        "essential": True,
        "environment": [{"name": "RESULTS_BUCKET", "value": load.bucket}],
        "secrets": [{"name": API_TOKEN, "valueFrom": f"{secret}:{API_TOKEN}::"}],
        "logConfiguration": {"logDriver": "awslogs", "options": log},
    }
    sandbox.client("ecs").register_task_definition(
        family=names.one_off_task_family(environment.name, FAMILY),
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="1024",
        memory="2048",
        containerDefinitions=[container],
    )
