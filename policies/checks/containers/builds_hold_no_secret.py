"""CodeBuild projects must not hold a secret in plain text.

The variables of a CodeBuild project are readable for everybody who may look at the project. A
secret is of type SECRETS_MANAGER or PARAMETER_STORE.
"""

from pay.secrets.values import why_secret
from policies.engine.rule import rule
from policies.reading.stack import Block, blocks_of, get


@rule("aws_codebuild_project")
def judge(project: Block) -> list[str]:
    return [
        f"{get(variable, 'name')} is plain text"
        for environment in project.blocks("environment")
        for variable in blocks_of(environment, "environment_variable")
        if get(variable, "type") in {None, "PLAINTEXT"}
        and why_secret(str(get(variable, "name")), str(get(variable, "value")))
    ]
