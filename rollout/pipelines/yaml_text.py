"""Writes pipelines as YAML that people read: in the order given, short values on one line."""

from typing import Any

import yaml

_WIDTH = 1000
"""Texts are never broken, because zizmor reads expressions line by line."""
_SHORT = 70
"""A list or a mapping of at most so many characters stands on one line."""


class _Dumper(yaml.SafeDumper):
    """Indents lists below their keys, and writes each value in its place."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    # No quote inside is doubled then, which zizmor could not read in an expression.
    style = "|" if "\n" in text else '"' if "'" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _mapping(dumper: yaml.SafeDumper, value: dict[str, Any]) -> Any:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=_is_short(value))


def _list(dumper: yaml.SafeDumper, value: list[Any]) -> Any:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=_is_short(value))


def _is_short(value: Any) -> bool:
    text = str(value)
    return "\\n" not in text and len(text.replace("'", "")) <= _SHORT


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _list)


def as_yaml(heading: str, document: dict[str, Any]) -> str:
    """Return a document below the lines of a comment."""
    comment = "".join(f"# {line}\n" for line in heading.splitlines())
    body: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=_WIDTH)
    return f"{comment}\n{body}"
