"""The folders of set-up: all are inside the checkout and ignored by git."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "toolchain" / "locks"
CACHE = ROOT / ".cache"
LOGS = CACHE / "setup"
VENV = ROOT / ".venv"
VENV_BIN = VENV / "bin"
NODE_MODULES = ROOT / "node_modules"
CDKTF = NODE_MODULES / ".bin" / "cdktf"
IMPORTS = ROOT / "imports"
PLUGIN_CACHE = CACHE / "terraform-plugins"
TERRAFORM_RC = CACHE / "terraform.rc"


def virtual_environment(name: str) -> Path:
    """Return the folder of the environment that `locks/<name>.txt` describes."""
    return VENV if name == "project" else ROOT / f".venv-{name}"
