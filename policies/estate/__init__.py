"""One rule over the whole estate per file; the file's name is the rule's id."""

from importlib import import_module
from pathlib import Path

__all__ = sorted(file.stem for file in Path(__file__).parent.glob("[a-z]*.py"))

for _name in __all__:
    import_module(f"{__name__}.{_name}")
