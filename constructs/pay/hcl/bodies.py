"""Writes the body of a block: each argument as attribute or nested block, in a fixed order."""

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pay.hcl.errors import TemplateError
from pay.hcl.expressions import format_expression, is_name, is_reference
from pay.hcl.json_documents import JSON_ARGUMENTS, PrimitiveOf, json_document
from pay.hcl.shapes import COMMENT, Argument, NestedBlock, Position, Reading, Shape, TypedBlock
from pay.hcl.templates import literal, template
from pay.hcl.values import assignments, render

_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "a bool", type(None): "null"}
_UNUSED = "this project does not use it (constructs/pay/hcl/terraform_blocks.py)"
_NOT_WRITTEN = {
    "cloud": _UNUSED,
    "connection": _UNUSED,
    "provider_meta": _UNUSED,
    "provisioner": _UNUSED,
    "version": "set it in terraform.required_providers",
}
"""Arguments that Terraform takes and no shape has -> what to do."""
_IDENTIFIER = "use letters, digits, _ and -, and begin with a letter or _"
_WITHOUT_PARTS = re.compile(r"\b(list|map|set|tuple|object)\b(?!\(| [=:]|-)")
_CLASSIC_TYPES = {"list": "list(any)", "map": "map(any)"}
"""Types of before Terraform 0.12 that its JSON syntax still takes; in `terraform fmt` form."""


@dataclass
class BodyWriter:
    """Writes bodies and collects every problem with its place."""

    primitive_of: PrimitiveOf
    problems: list[str] = field(default_factory=list)

    def block(self, header: str, body: Any, shape: Shape, indent: str, where: str) -> str:
        """Return one block with its header, braces and body; lines start with `indent`."""
        sections = self._sections(body, shape, indent + "  ", where)
        if not sections:
            return f"{indent}{header} {{}}"
        return f"{indent}{header} {{\n" + "\n\n".join(sections) + f"\n{indent}}}"

    def _sections(self, body: Any, shape: Shape, indent: str, where: str) -> list[str]:
        """Return the parts of a body, which a blank line separates."""
        if type(body) is not dict:
            self.problem(where, f"is a block, so an object is expected; found {_described(body)}")
            return []
        first: list[tuple[str, str]] = []
        short: list[tuple[str, str]] = []
        long: list[str] = []
        last: list[str] = []
        blocks: list[str] = []
        for name in self._ordered(body, shape, where):
            entry = None if name == COMMENT else shape.entries.get(name) or shape.others
            if entry is None:
                continue
            value = body[name]
            if not isinstance(entry, Argument):
                blocks += self.nested(name, value, entry, indent, f"{where}.{name}")
                continue
            text = self._attribute(name, value, entry, indent, where)
            if text is None:
                continue
            if entry.place is Position.FIRST:
                first.append((name, text))
            elif entry.place is Position.LAST:
                last += assignments([(name, text)], indent)
            elif "\n" in text:
                long.append(f"{indent}{name} = {text}")
            else:
                short.append((name, text))
        groups = [assignments(first, indent), assignments(short, indent)]
        return ["\n".join(group) for group in groups if group] + long + blocks + last

    def nested(
        self, name: str, value: Any, block: NestedBlock | TypedBlock, indent: str, where: str
    ) -> list[str]:
        """Return every block of one name, in the order of the document."""
        if isinstance(block, TypedBlock):
            return list(self._typed(name, value, block, indent, where))
        label_count = 1 if block.nesting_mode == "map" else block.label_count
        bodies = list(self._labelled(value, label_count, where))
        if block.nesting_mode in ("single", "group") and len(bodies) > 1:
            self.problem(where, f"is allowed once; found {len(bodies)}")
        texts = []
        for position, (labels, body) in enumerate(bodies):
            place = ".".join([where, *labels]) + (f"[{position}]" if len(bodies) > 1 else "")
            header = " ".join([name, *map(literal, labels)])
            texts.append(self.block(header, body, block.shape, indent, place))
        return texts

    def _typed(
        self, name: str, value: Any, block: TypedBlock, indent: str, where: str
    ) -> Iterator[str]:
        for labels, body in self._labelled(value, block.label_count, where):
            place = ".".join((where, *labels))
            if shape := block.find(labels[0]):
                header = " ".join((name, *map(literal, labels)))
                yield self.block(header, body, shape, indent, place)
            else:
                self.problem(place, block.unknown(labels[0]))

    def _labelled(
        self, value: Any, label_count: int, where: str
    ) -> Iterator[tuple[tuple[str, ...], Any]]:
        """Yield the bodies under a name with their labels; a list at any level means several."""
        if value is None:
            return
        if type(value) is list:
            for item in value:
                if type(item) is list:
                    self.problem(where, "is a list in a list; write one list")
                elif item is None and label_count == 0:
                    yield (), {}
                else:
                    yield from self._labelled(item, label_count, where)
        elif label_count == 0:
            yield (), value
        elif type(value) is not dict:
            self.problem(where, f"takes an object of blocks by name; found {_described(value)}")
        else:
            for label in self._strings(value, where):
                for labels, body in self._labelled(
                    value[label], label_count - 1, f"{where}.{label}"
                ):
                    yield (label, *labels), body

    def problem(self, where: str, what: str) -> None:
        self.problems.append(f"{where}: {what}")

    def _strings(self, names: dict[Any, Any], where: str) -> list[str]:
        """Return the names that are strings, in order; report the others as problems."""
        for name in names:
            if type(name) is not str:
                self.problem(where, f"the name {name!r} is a {type(name).__name__}, not a string")
        return sorted(name for name in names if type(name) is str)

    def _ordered(self, body: dict[str, Any], shape: Shape, where: str) -> list[str]:
        """Return the names of a body in the order of writing; report unknown names as problems."""
        rank = shape.rank
        try:
            return sorted(body, key=rank.__getitem__)
        except KeyError:
            pass
        names = []
        for name in self._strings(body, where):
            if name in rank:
                names.append(name)
            elif shape.others is None:
                self.problem(where, f"has no argument {name}{_hint(name, shape)}")
            elif is_name(name):
                names.append(name)
            else:
                self.problem(where, f"the name {name!r} is not an identifier; {_IDENTIFIER}")
        return sorted(names, key=lambda name: rank.get(name, len(rank)))

    def _attribute(
        self, name: str, value: Any, argument: Argument, indent: str, where: str
    ) -> str | None:
        """Return the right-hand side; None after a problem."""
        mistake = _shape_mistake(value, argument)
        if mistake:
            self.problem(f"{where}.{name}", mistake)
            return None
        try:
            if argument.reading is Reading.TEMPLATE:
                if name in JSON_ARGUMENTS and argument.primitive == "string" and value:
                    document = json_document(value, indent, self.primitive_of)
                    if document:
                        return document
                return render(value, indent, template)
            return _OTHER_READINGS[argument.reading](value, indent)
        except TemplateError as error:
            self.problem(f"{where}.{name}", str(error))
            return None


def _hint(name: str, shape: Shape) -> str:
    if name in _NOT_WRITTEN:
        return f"; {_NOT_WRITTEN[name]}"
    settable = [
        entry
        for entry, argument in shape.entries.items()
        if not (isinstance(argument, Argument) and argument.is_computed)
    ]
    close = difflib.get_close_matches(name, settable, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _shape_mistake(value: Any, argument: Argument) -> str | None:
    kind, given = argument.kind, type(value)
    if value is None:
        return None
    if argument.is_computed:
        return "has its value from AWS and cannot be set; leave it out"
    if kind == "any":
        return None
    if kind == "scalar":
        is_right, type_ = given is not dict and given is not list, f"of type {argument.primitive}"
    elif kind == "sequence":
        is_right, type_ = given is list, "that takes a list"
    else:
        is_right, type_ = given is dict, "that takes an object"
    if is_right or (given is str and "${" in value):
        return None
    return f"is an attribute {type_}; found {_described(value)}"


def _described(value: Any) -> str:
    return _KINDS.get(type(value), f"the number {value!r}")


def _expression(value: Any) -> str:
    if type(value) is not str:
        raise TemplateError(f"takes a Terraform expression as a string; found {_described(value)}")
    if value.startswith("${") and value.endswith("}"):
        raise TemplateError(f"takes a Terraform expression without ${{}}; found {value!r}")
    return format_expression(value)


def _type(value: Any) -> str:
    text = _expression(value)
    if text.startswith('"'):
        raise TemplateError(f"takes a type without quotes of its own; found {value!r}")
    text = _CLASSIC_TYPES.get(text, text)
    if without := _WITHOUT_PARTS.search(text):
        raise TemplateError(
            f"takes {without[0]} with its parts, such as set(string); found {value!r}"
        )
    return text


def _requirement(value: Any, indent: str) -> str:
    if type(value) is dict and "configuration_aliases" in value:
        raise TemplateError("takes no configuration_aliases: they are for modules; leave them out")
    return render(value, indent, literal)


def _name(value: Any) -> str:
    if type(value) is not str or not is_name(value):
        raise TemplateError(f"takes a name such as each; found {value!r}; {_IDENTIFIER}")
    return value


def _reference(example: str, value: Any) -> str:
    if type(value) is not str or not is_reference(value):
        raise TemplateError(f"takes a reference such as {example}, without ${{}}; found {value!r}")
    return format_expression(value)


def _each(write: Callable[[Any], str], value: Any, indent: str) -> str:
    if type(value) is not list:
        raise TemplateError(f"takes a list of references; found {_described(value)}")
    return render([write(item) for item in value], indent, str)


def _each_or_all(write: Callable[[Any], str], value: Any, indent: str) -> str:
    if value == "all":
        return "all"
    if value in ("*", ["*"], ["all"]):
        raise TemplateError(f'takes "all", not in a list, for every attribute; found {value!r}')
    return _each(write, value, indent)


_OTHER_READINGS: dict[Reading, Callable[[Any, str], str]] = {
    Reading.LITERAL: lambda value, indent: render(value, indent, literal),
    Reading.NAME: lambda value, _: _name(value),
    Reading.REFERENCE: lambda value, _: _reference("aws.paris", value),
    Reading.REFERENCES: partial(_each, partial(_reference, "aws_lb.this")),
    Reading.REFERENCES_OR_ALL: partial(_each_or_all, partial(_reference, 'tags["Name"]')),
    Reading.REQUIREMENT: _requirement,
    Reading.TYPE: lambda value, _: _type(value),
    Reading.EXPRESSION: lambda value, _: _expression(value),
    Reading.EXPRESSIONS: partial(_each, _expression),
}
