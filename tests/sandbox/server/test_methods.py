"""A method is found by its name exactly where moto lists it."""

import pytest
from moto.core.utils import method_names_from_class
from moto.ec2.responses import EC2Response
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.s3.responses import S3Response

from sandbox.server.__main__ import Methods


@pytest.mark.parametrize("responses", [EC2Response, EC2ContainerServiceResponse, S3Response])
def test_the_methods_are_those_that_moto_lists(responses: type) -> None:
    named = Methods(responses)
    assert [name for name in dir(responses) if name in named] == method_names_from_class(responses)
    assert "no_such_action" not in named
