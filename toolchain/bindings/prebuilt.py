"""Reads a provider's schema back from bindings that were generated from it.

For a provider whose program is not available. The community publishes bindings with each release,
in the package `cdktn-provider-aws`. Their TypeScript, in the source maps, has the type of every
attribute. It also shows whether it is computed, optional or required, and whether it is a block. It
does not show what is deprecated or sensitive. Of the numbers of blocks it shows only a least or a
most of one.

    pip download --no-deps cdktn-provider-aws==25.8.1
    python -m toolchain.bindings.prebuilt cdktn_provider_aws-25.8.1-py3-none-any.whl
"""

import base64
import hashlib
import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from toolchain.bindings import schema_file, trim, types_list
from toolchain.bindings.schema_file import Json
from toolchain.bindings.types_list import WantedTypes
from toolchain.problems import ToolProblem
from toolchain.progress import say

_SOURCE_MAP = re.compile(r"sourceMappingURL=data:application/json;base64,(\S+)")
_CLASS = re.compile(r"(?ms)^export class (\w+) extends \w+\.(\w+) \{\n(.*?)^\}")
_STRUCT = re.compile(r"(?ms)^export function (\w+)ToHclTerraform\(.*?\n(.*?)^\}")
_TYPE_NAME = re.compile(r'tfResourceType = "(\w+)"')
_VERSION = re.compile(r"providerVersion: '([\d.]+)'")
_ATTRIBUTE = re.compile(
    r"(?ms)^  // (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n"
    r"(.*?)(?=^  // \w+ - computed: |^  // ==|\Z)"
)
_NESTED = re.compile(r' = new (\w+?)(OutputReference|List|Map)\(this, "\w+"(?:, (true|false))?\)')
_GETTER = re.compile(r"return (?:\w+\.Fn\.(tolist)\()?this\.(get\w+)\(")
_COMPUTED_MAP = re.compile(r"= new \w+\.(String|Number|Boolean)Map\(this, ")
"""Of an attribute that only the provider sets."""

_GETTERS: Mapping[str, object] = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "getStringMapAttribute": ["map", "string"],
    "getNumberMapAttribute": ["map", "number"],
    "getBooleanMapAttribute": ["map", "bool"],
}
_WRITTEN = re.compile(
    r"(?m)^ +(\w+): \{\n +value: .*\n"
    r' +isBlock: (true|false),\n +type: "(\w+)",\n +storageClassType: "(\w+?)(?:List|Map)?"'
)


class WrittenName(NamedTuple):
    """The way in which the bindings write a name in HCL."""

    is_block: bool
    repeats: str
    """`set`, `list`, `map`, `struct` (a single block) or `simple`."""
    of: str
    """`string`, `number`, `boolean`, or the name of a block's or an object's class."""

    @property
    def nesting(self) -> str:
        return "single" if self.repeats == "struct" else self.repeats

    @property
    def type(self) -> object:
        element = "bool" if self.of == "boolean" else self.of
        return element if self.repeats == "simple" else [self.repeats, element]


def read_archive(archive: bytes, wanted: WantedTypes) -> tuple[str, Json]:
    """Return the provider's version and its schema, with the wanted types in an archive of jsii.
    The version is empty where the bindings do not have it.
    """
    names = {*wanted.resources}, {*wanted.data_sources}
    kinds: dict[str, Json] = {kind: {} for kind in schema_file.KINDS}
    version, provider = "", {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            if not member.name.endswith("/index.js") or (data := files.extractfile(member)) is None:
                continue
            module = _TypeFile(_source(data.read().decode()))
            for name, (base, body) in module.classes.items():
                if base == "TerraformProvider":
                    provider = module.provider(name)
                elif match := _TYPE_NAME.search(body):
                    is_data = base == "TerraformDataSource"
                    if match[1] in names[is_data]:
                        kinds[schema_file.KINDS[is_data]][match[1]] = module.schema(name)
                        version = version or next(iter(_VERSION.findall(body)), "")
    return version, {"provider": provider, **kinds}


def _source(javascript: str) -> str:
    match = _SOURCE_MAP.search(javascript)
    return str(json.loads(base64.b64decode(match[1]))["sourcesContent"][0]) if match else ""


class _TypeFile:
    """The file of one type: its class, and those of its blocks and objects."""

    def __init__(self, text: str) -> None:
        self.classes = {name: (base, body) for name, base, body in _CLASS.findall(text)}
        self._written = {name.lower(): _written(body) for name, body in _STRUCT.findall(text)}

    def schema(self, name: str) -> Json:
        """Return what Terraform says of the type that this class is for."""
        _, body = self.classes[name]
        return {"block": self._block(body, _written(body))}

    def provider(self, name: str) -> Json:
        """Return what Terraform says of the provider, whose blocks have no classes of their own."""
        _, body = self.classes[name]
        written = _written(body)
        del written["alias"]  # Terraform's own
        return {"block": self._written_block(written)}

    def _written_block(self, written: Mapping[str, WrittenName]) -> Json:
        attributes, blocks = {}, {}
        for name, each in written.items():
            if each.is_block:
                inner = self._written_block(self._written[each.of.lower()])
                blocks[name] = {"block": inner, "nesting_mode": each.nesting}
            else:
                attributes[name] = {"type": each.type, "optional": True}
        return _body(attributes, blocks)

    def _block(self, text: str, written: Mapping[str, WrittenName]) -> Json:
        attributes, blocks = {}, {}
        for name, *flags, text_of_it in _ATTRIBUTE.findall(text):
            nested = _NESTED.search(text_of_it)
            computed, optional, required = (flag == "true" for flag in flags)
            if nested and not computed and written[name].is_block:
                inner = self._block(self._class(nested[1]), self._written[nested[1].lower()])
                mode = written[name].nesting
                least = {"min_items": 1} if required else {}
                most = {"max_items": 1} if _is_one(nested) and mode != "single" else {}
                blocks[name] = {"block": inner, "nesting_mode": mode, **least, **most}
                continue
            words = {"computed": computed, "optional": optional, "required": required}
            attributes[name] = {
                "type": self._type(nested, text_of_it),
                **{word: True for word, holds in words.items() if holds},
            }
        return _body(attributes, blocks)

    def _class(self, struct: str) -> str:
        return str(self.classes[f"{struct}OutputReference"][1])

    def _type(self, nested: re.Match[str] | None, text: str) -> object:
        if nested is None:
            if only_read := _COMPUTED_MAP.search(text):
                return _GETTERS[f"get{only_read[1]}MapAttribute"]
            getter = _GETTER.search(text)
            plain = _GETTERS.get(getter[2], "dynamic") if getter else "dynamic"
            return ["set", plain[1]] if getter and getter[1] and isinstance(plain, list) else plain
        described = [
            "object",
            {
                name: self._type(_NESTED.search(inner), inner)
                for name, _, _, _, inner in _ATTRIBUTE.findall(self._class(nested[1]))
            },
        ]
        if _is_one(nested):
            return described
        kind = "map" if nested[2] == "Map" else "set" if nested[3] == "true" else "list"
        return [kind, described]


def _is_one(nested: re.Match[str]) -> bool:
    return nested[2] == "OutputReference"


def _body(attributes: Json, blocks: Json) -> Json:
    parts = {"attributes": attributes, "block_types": blocks}
    return {name: part for name, part in parts.items() if part}


def _written(body: str) -> dict[str, WrittenName]:
    return {
        name: WrittenName(is_block == "true", repeats, of)
        for name, is_block, repeats, of in _WRITTEN.findall(body)
    }


def write_next(wheel: Path) -> None:
    """Write the trimmed schema of the next provider from a wheel of prebuilt bindings.

    Raises ToolProblem if it is no such wheel or lacks a type.
    """
    content, wanted = wheel.read_bytes(), types_list.read()
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        archives = [name for name in files.namelist() if name.endswith(".jsii.tgz")]
        if len(archives) != 1:
            raise ToolProblem(
                f"{wheel.name} has {len(archives)} archives of jsii",
                needed="a wheel of cdktn-provider-aws, which has one",
                do="download it as this module's documentation says",
            )
        version, provider = read_archive(files.read(archives[0]), wanted)
    package = "-".join(wheel.name.split("-")[:2])
    read_from = f"{package} sha256:{hashlib.sha256(content).hexdigest()}"
    text = schema_file.render(trim.trim(provider, wanted, version), version, read_from)
    schema_file.NEXT.write_text(text)
    say(f"  {schema_file.NEXT.name}: {schema_file.PROVIDER} {version} from {read_from}")


if __name__ == "__main__":
    write_next(Path(sys.argv[1]))
