"""Print the JSON Schema of the environment files.

Editors complete and check the files by it.

Example: `pay schema > environments/environment.schema.json`
"""

import typer

from pay.environments.schema import environment_schema


def schema() -> None:
    typer.echo(environment_schema(), nl=False)
