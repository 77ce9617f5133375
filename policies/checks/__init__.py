"""One rule per file: the file's name is the rule's id, its docstring is the message."""

from importlib import import_module
from pkgutil import walk_packages

for _file in walk_packages(__path__, f"{__name__}."):
    import_module(_file.name)
