"""What a refusal says, for assertions."""

from collections.abc import Callable, Iterable

import pytest
from pydantic import ValidationError

from pay.model import Problem
from pay.model.pydantic_errors import to_problems


def refusal(build: Callable[[], object]) -> list[Problem]:
    """The problems that a model is refused with."""
    with pytest.raises(ValidationError) as caught:
        build()
    return to_problems(caught.value)


def only(problems: Iterable[Problem]) -> Problem:
    """The single problem there is."""
    [problem] = problems
    return problem
