"""The parser's output, decoded."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.engine.expressions import decode, references, unevaluated

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet="abc:/-_.'\"\\ é"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
    max_leaves=12,
)


@given(JSON.filter(lambda document: isinstance(document, dict | list)))
def test_a_jsonencoded_document_is_read_back(document: Any) -> None:
    # The parser leaves the document as the text of a Python literal.
    assert decode(f"${{jsonencode({document!r})}}") == document


def test_a_document_of_more_than_ten_thousand_characters_is_read() -> None:
    document = [{"name": f"VARIABLE_{number}", "value": "x" * 40} for number in range(300)]
    assert decode(f"${{jsonencode({document!r})}}") == document


def test_a_bare_reference_loses_its_brackets() -> None:
    assert decode("${data.aws_vpc.vpc.id}") == "data.aws_vpc.vpc.id"
    assert decode("${aws_lb.alb[0].arn}") == "aws_lb.alb[0].arn"


def test_an_account_id_keeps_its_leading_zero() -> None:
    assert decode(["012345678901"]) == ["012345678901"]


def test_a_local_becomes_its_value() -> None:
    locals_ = {"image": '${"repository:${var.application_image_tag}"}'}
    assert decode("${tostring(local.image)}", locals_) == "repository:${var.application_image_tag}"


def test_an_encoded_local_becomes_text_as_in_a_variable_of_a_container() -> None:
    locals_ = {"config": {"endpoint": "https://example.org", "hosts": ["a"]}}
    text = decode("${jsonencode(local.config)}", locals_)
    assert json.loads(text) == locals_["config"]
    for unknown in ("${jsonencode(local.other)}", "${jsonencode(aws_lb.alb.arn)}"):
        assert decode(unknown, locals_) == unknown
        assert unevaluated(unknown) == [unknown]


def test_encoded_user_data_is_read_as_its_text() -> None:
    assert decode('${base64encode("#!/bin/sh\\necho \\"a\\"\\n")}') == '#!/bin/sh\necho "a"\n'


def test_user_data_of_several_lines_is_read_as_its_text() -> None:
    locals_ = {"script": ["#!/bin/sh", "echo a", ""]}
    text = '${base64encode(join("\\n", local.script))}'
    assert decode(text, locals_) == "#!/bin/sh\necho a\n"
    assert unevaluated(decode(text)) == [text]


def test_a_comparison_of_two_strings_is_not_taken_for_one() -> None:
    assert decode('${"a" == "b"}') == '${"a" == "b"}'
    assert unevaluated('${"a" == "b"}')


def test_a_document_that_is_no_literal_stays_as_it_is_written() -> None:
    text = "${jsonencode(merge(local.a, local.b))}"
    assert decode(text) == text
    assert unevaluated(decode(text)) == [text]


def test_references_inside_templates_and_calls_are_found() -> None:
    assert references("${aws_lb.a.name}-${var.b}") == ["aws_lb.a.name", "var.b"]
    assert references('${join(",",data.aws_subnets.s.ids)}') == ["data.aws_subnets.s.ids"]
    assert references({"a": ["data.aws_vpc.v.id"]}) == ["data.aws_vpc.v.id"]


def test_references_alone_need_no_evaluation() -> None:
    assert unevaluated("a-${aws_lb.a.name}") == []
    assert unevaluated('${join(",",data.aws_subnets.s.ids)}') == []
    assert unevaluated('${join(",",sort(data.aws_subnets.s.ids))}') == []
    assert unevaluated('${trimprefix(data.aws_db_instance.d.db_instance_class,"db.")}') == []
    assert unevaluated("$${literal}") == []


def test_conditions_and_functions_are_not_evaluated() -> None:
    for text in (
        '${var.on ? "a" : "b"}',
        "${lookup(local.a, var.b)}",
        '${join(",",[var.a, lookup(b.c)])}',
        '${join(",",sort(lookup(b.c)))}',
        "${{for k, v in local.x : k => v}}",
    ):
        assert unevaluated(json.loads(json.dumps([{"key": text}]))) == [text]
