"""One rule per file: the file's name is the rule's id, its docstring is the message."""

from importlib import import_module
from pathlib import Path

__all__ = sorted(
    f"{file.parent.name}.{file.stem}" for file in Path(__file__).parent.glob("*/[a-z]*.py")
)

for _name in __all__:
    import_module(f"{__name__}.{_name}")
