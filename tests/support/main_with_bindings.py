"""Runs main.py on other bindings: `main_with_bindings.py FOLDER SCHEMA`.

FOLDER holds a package `imports`, SCHEMA is the provider's schema that the bindings are made from.
"""

import runpy
import sys
from pathlib import Path

from stacks import made_from

ROOT = Path(__file__).parents[2]

folder, schema = sys.argv[1:]
sys.path[:0] = [folder, str(ROOT)]
made_from.SCHEMA = schema
runpy.run_path(str(ROOT / "main.py"), run_name="__main__")
