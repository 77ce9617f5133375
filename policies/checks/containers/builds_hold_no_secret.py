"""CodeBuild projects must not hold a secret in plain text.

Anybody who may view the project can read its variables. A secret must have the type SECRETS_MANAGER
or PARAMETER_STORE.
"""

from policies.checks.containers.containers_hold_no_secret_in_their_environment import looks_secret
from policies.engine.rule import rule
from policies.engine.stack import Block, blocks_of
from policies.engine.stack import value as get


@rule("aws_codebuild_project")
def judge(project: Block) -> list[str]:
    return [
        f"{get(variable, 'name')} is plain text"
        for environment in project.blocks("environment")
        for variable in blocks_of(environment, "environment_variable")
        if get(variable, "type") in {None, "PLAINTEXT"}
        and looks_secret(str(get(variable, "name")), str(get(variable, "value")))
    ]
