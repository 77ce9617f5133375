"""`toolchain.bindings.compare`: two small schemas, and stacks that use a part of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from toolchain.bindings import compare, schema_file
from toolchain.bindings.compare import What

Json = dict[str, Any]
TEXT = {"type": "string", "optional": True}


def schema(block: Json) -> Json:
    return {
        "provider": {"block": {"attributes": {"region": TEXT}}},
        "resource_schemas": {"aws_lb": {"block": block}},
        "data_source_schemas": {},
    }


def logs(attributes: Json, **bounds: int) -> Json:
    nested = {"block": {"attributes": attributes}, "nesting_mode": "list", **bounds}
    return schema({"attributes": {"name": TEXT}, "block_types": {"logs": nested}})


OLD = logs({"bucket": TEXT, "prefix": TEXT})
LB: Json = {"name": "a", "logs": [{"bucket": "b"}]}


def told(new: Json, body: Json | None = None, reference: str = "") -> list[str]:
    stack: Json = {"resource": {"aws_lb": {"this": LB if body is None else body}}}
    stack["output"] = {"it": {"value": reference}}
    found = compare.differences(OLD, new)
    return [str(each) for each in compare.in_use(found, compare.used_by([stack]))]


def test_equal_schemas_do_not_differ() -> None:
    assert compare.differences(OLD, OLD) == ()


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (logs({"prefix": TEXT}), "aws_lb.logs.bucket is gone"),
        (logs({"s3_bucket": TEXT, "prefix": TEXT}), "aws_lb.logs.bucket is gone"),
        (schema({"attributes": {"name": TEXT}}), "aws_lb.logs is gone"),
        (logs({"bucket": {**TEXT, "type": "bool"}}), "aws_lb.logs.bucket has another type"),
        (
            schema({"attributes": {"name": TEXT, "logs": {"type": ["map", "string"]}}}),
            "aws_lb.logs has another type",
        ),
        (logs({"bucket": TEXT, "key": {"type": "string", "required": True}}), "key is required"),
        (logs({"bucket": TEXT, "prefix": {"type": "string", "required": True}}), "prefix is req"),
        (logs({"bucket": TEXT, "prefix": TEXT}, max_items=1), "logs may be given less often"),
        (logs({"bucket": {**TEXT, "deprecated": True}}), "aws_lb.logs.bucket is deprecated"),
        (logs({"bucket": TEXT, "prefix": {**TEXT, "computed": True}}), "prefix keeps what is"),
    ],
)
def test_each_difference_of_what_is_used_is_told(new: Json, sentence: str) -> None:
    assert any(sentence in line for line in told(new)), told(new)


@pytest.mark.parametrize(
    "new",
    [
        logs({"bucket": TEXT}),
        logs({"bucket": TEXT, "prefix": {**TEXT, "deprecated": True}}),
        logs({"bucket": {"type": "string", "required": True}, "prefix": TEXT}),
        logs({"bucket": {**TEXT, "computed": True}, "prefix": TEXT, "more": TEXT}),
    ],
)
def test_what_no_stack_uses_concerns_none(new: Json) -> None:
    assert told(new) == []


def test_something_required_in_a_block_that_no_stack_has_concerns_none() -> None:
    new = logs({"bucket": TEXT, "prefix": TEXT, "key": {"type": "string", "required": True}})
    assert told(new, {"name": "a"}) == []


def test_a_block_that_repeats_sets_it_each_time() -> None:
    new = logs({"bucket": TEXT, "prefix": {**TEXT, "computed": True}})
    assert told(new, {"logs": [{"prefix": "a"}, {"prefix": "b"}]}) == []
    assert told(new, {"logs": [{"prefix": "a"}, {"bucket": "b"}]}) == [
        "aws_lb.logs.prefix keeps what is there when it is not set"
    ]


def test_an_attribute_that_is_only_referred_to_is_in_use() -> None:
    new = schema({"block_types": OLD["resource_schemas"]["aws_lb"]["block"]["block_types"]})
    assert told(new, {}, "${aws_lb.this.name}") == ["aws_lb.name is gone"]
    assert told(new, {}, "${data.aws_lb.this.name}") == []


def test_an_attribute_of_the_provider_is_compared() -> None:
    new = {**OLD, "provider": {"block": {}}}
    found = compare.differences(OLD, new)
    used = compare.used_by([{"provider": {"aws": [{"region": "eu-west-1"}]}}])
    assert [str(each) for each in compare.in_use(found, used)] == ["provider.aws.region is gone"]


def test_the_list_ends_with_1_where_a_difference_breaks_a_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = tmp_path / "stacks" / "one" / "metadata.json"
    stack.parent.mkdir(parents=True)
    stack.write_text(json.dumps({"resource": {"aws_lb": {"this": LB}}}))
    for new, code in ((logs({"prefix": TEXT}), 1), (logs({"bucket": TEXT}), 0)):
        files = {"SCHEMA": OLD, "NEXT": new}
        for name, content in files.items():
            file = tmp_path / f"{name}.json"
            file.write_text(schema_file.render(content, "5.100.0"))
            monkeypatch.setattr(schema_file, name, file)
        monkeypatch.setattr(schema_file.read, "__defaults__", (schema_file.SCHEMA,))
        assert compare.main(tmp_path) == code
        shown = capsys.readouterr().out
        assert ("aws_lb.logs.bucket is gone, which breaks these stacks" in shown) == bool(code)


def test_words_that_break_are_all_but_two() -> None:
    assert {what for what in What if not what.breaks} == {What.KEPT, What.NEW}
