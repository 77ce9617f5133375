"""Where a container's secrets and parameters come from: references, never values."""

from collections.abc import Mapping

import pytest
from cdktf import TerraformLocal, TerraformStack

from pay.catalogue import CATALOGUE
from pay.existing.configuration import ExistingConfiguration, SharedSecrets
from pay.model import Environment, Microservice, Secret
from tests.support.services import service
from tests.support.synthesised import Synthesised, rendered


@pytest.fixture
def environment(environments: Mapping[str, Environment]) -> Environment:
    return environments["production-2"]


def looked_up(
    environment: Environment, service: Microservice
) -> tuple[ExistingConfiguration, Synthesised]:
    found: list[ExistingConfiguration] = []

    def build(stack: TerraformStack) -> None:
        found.append(ExistingConfiguration(stack, environment, service))

    stack = rendered(build)
    return found[0], stack


@pytest.mark.parametrize("service", ["publicapi", "publicauth"])
def test_a_service_reads_its_own_secret_and_the_shared_ones_that_it_names(
    environment: Environment, service: str
) -> None:
    configuration, stack = looked_up(environment, CATALOGUE[service])
    secrets = stack.document["data"]["aws_secretsmanager_secret"]
    assert {id: lookup["name"] for id, lookup in secrets.items()} == {
        f"{service}_secret": f"production-2/{service}",
        "shared_api_tokens_secret": "production-2/shared/api-tokens",
    }
    assert len(configuration.secret_arns) == len(configuration.secret_key_arns) == 2
    _, shared = configuration.secret_arns
    key = configuration.value_from["TOKEN_API_HMAC_SECRET"]
    assert key == f"{shared}:TOKEN_API_HMAC_SECRET::"


def test_a_key_that_a_policy_cannot_name_fails_the_plan(environment: Environment) -> None:
    _, stack = looked_up(environment, CATALOGUE["publicauth"])
    lookup = stack.data("aws_secretsmanager_secret", "publicauth_secret")
    (promise,) = lookup["lifecycle"]["postcondition"]
    assert promise["condition"] == '${can(regex(":key/", self.kms_key_id))}'


def test_a_variable_is_read_by_its_key_from_the_current_version(environment: Environment) -> None:
    own = service(secrets=(Secret(variable="API_TOKEN"),))
    configuration, _ = looked_up(environment, own)
    assert configuration.value_from["API_TOKEN"].endswith(":API_TOKEN::")


def test_every_missing_parameter_is_named_and_none_is_decrypted(environment: Environment) -> None:
    configuration, stack = looked_up(environment, service(parameters=("ONE", "TWO")))
    lookup = stack.data("aws_ssm_parameters_by_path", "parameters")
    assert (lookup["path"], lookup["with_decryption"]) == ("/production-2/orders", False)
    (promise,) = lookup["lifecycle"]["postcondition"]
    missing = "setsubtract(local.required_parameters, self.names)"
    assert promise["condition"] == f"${{length({missing}) == 0}}"
    required = stack.document["locals"]["required_parameters"]
    assert required == ["/production-2/orders/ONE", "/production-2/orders/TWO"]
    assert configuration.parameter_arns == [
        f"arn:aws:ssm:eu-west-1:{environment.account_id}:parameter/production-2/orders/{name}"
        for name in ("ONE", "TWO")
    ]


def test_a_proxy_whose_configuration_cuts_a_call_fails_the_plan(environment: Environment) -> None:
    _, stack = looked_up(environment, CATALOGUE["egress"])
    lookup = stack.data("aws_ssm_parameters_by_path", "parameters")
    promise = lookup["lifecycle"]["postcondition"][1]
    value = 'self.values[index(self.names, "/production-2/egress/SQUID_CONFIG")]'
    line = "shutdown_lifetime 60 seconds"
    assert promise["condition"] == f'${{can(regex("(?m)^{line}$", base64decode({value})))}}'
    assert f"lacks the line `{line}`" in promise["error_message"]


def test_a_service_without_any_looks_nothing_up(environment: Environment) -> None:
    configuration, stack = looked_up(environment, service())
    assert configuration.value_from == {}
    assert "data" not in stack.document


def test_services_of_one_stack_look_up_the_secret_that_they_share_once(
    environment: Environment,
) -> None:
    def build(stack: TerraformStack) -> None:
        shared = SharedSecrets(stack, environment)
        for name in ("publicapi", "publicauth"):
            made = ExistingConfiguration(
                stack, environment, CATALOGUE[name], shared=shared, ids=f"{name}_"
            )
            TerraformLocal(stack, name, made.value_from["TOKEN_API_HMAC_SECRET"])

    document = rendered(build).document
    secrets = document["data"]["aws_secretsmanager_secret"]
    assert secrets.keys() == {"publicapi_secret", "publicauth_secret", "shared_api_tokens_secret"}
    shared = "${data.aws_secretsmanager_secret.shared_api_tokens_secret.arn}"
    read_from = [document["locals"][name] for name in ("publicapi", "publicauth")]
    assert read_from == [f"{shared}:TOKEN_API_HMAC_SECRET::"] * 2
