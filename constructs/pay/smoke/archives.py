"""The archives of the canaries' code, the same to the byte wherever they are made."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pay.model.smoke import SmokeScenario

SCRIPTS = Path(__file__).with_name("scripts")
SHARED = "steps.js"

RUNTIME = "syn-nodejs-puppeteer-15.0"
"""The runtime of every canary. AWS lets a canary on a deprecated one run, but not be created. AWS:
CloudWatch user guide, "CloudWatch Synthetics runtime support policy"."""

LARGEST_BYTES = 225 * 1024
"""AWS: Synthetics API reference, `CanaryCodeInput`, `ZipFile`."""

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Archive:
    """A canary's code."""

    content: bytes
    handler: str
    digest: str
    """Changes with the code and with the runtime. AWS takes a runtime only together with code, and
    Terraform sends code only when its file has another name (docs/decisions/0172)."""

    @property
    def name(self) -> str:
        """Return the name of its file."""
        return f"smoke-{self.digest}.zip"


def archive(scenario: SmokeScenario, runtime: str = RUNTIME, scripts: Path = SCRIPTS) -> Archive:
    """Return a scenario's script and the shared files, not compressed, because another zlib would
    write other bytes. AWS: CloudWatch user guide, "Packaging your Node.js canary files".
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as zip_file:
        for name in (SHARED, f"{scenario.name}.js"):
            entry = zipfile.ZipInfo(f"nodejs/node_modules/{name}", _FIRST_DAY)
            entry.external_attr = 0o644 << 16
            zip_file.writestr(entry, (scripts / name).read_bytes())
    content = buffer.getvalue()
    digest = hashlib.sha256(runtime.encode() + content).hexdigest()
    return Archive(content, f"{scenario.name}.handler", digest[:12])
