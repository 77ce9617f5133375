"""The text is in `terraform fmt` form for every document."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.hcl.writer import to_hcl
from tests.support.terraform_runs import NO_PROVIDER, Terraform
from tests.support.terraform_values import (
    escaped,
    expressions_only,
    literal_values,
    templates,
    unusual_names,
)

pytestmark = pytest.mark.slow


@given(
    st.dictionaries(
        st.one_of(st.from_regex(r"[a-z_][a-z0-9_-]{0,12}", fullmatch=True), unusual_names),
        st.one_of(literal_values.map(escaped), templates, expressions_only),
        min_size=1,
        max_size=80,
    )
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_leaves_nothing_to_format(
    terraform: Terraform, tmp_path: Path, values: dict[str, Any]
) -> None:
    written = to_hcl({"locals": values}, NO_PROVIDER)
    assert terraform.formatted(tmp_path, written) == written
