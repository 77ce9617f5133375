"""A client of the registry API of ECR: reads and writes manifests and blobs as they are.

A digest is that of the bytes, so no manifest is ever read and written again. Sources: OCI
distribution specification 1.1; ECR user guide, "Private registry authentication".
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPResponse
from os import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

from pay.containers.images import is_digest
from pay.identifiers import DIGEST_PREFIX, digest_of
from rollout.terminal.refusal import Failed

INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
ACCEPTED = {"Accept": ", ".join((*INDEX_TYPES, *MANIFEST_TYPES))}

TIMEOUT_SECONDS = 60
TRIES = 4
PAUSE_SECONDS = 0.5
"""Before the second try; twice as long before each further one."""

IN_MEMORY = 16 * 1024 * 1024
"""The bytes of a blob beyond which it waits on the disk."""


@dataclass(frozen=True)
class Manifest:
    """A manifest as its bytes; of one image, or an index of several."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return digest_of(self.content)

    @property
    def is_index(self) -> bool:
        return self.media_type in INDEX_TYPES

    @property
    def document(self) -> Mapping[str, Any]:
        document: Mapping[str, Any] = json.loads(self.content)
        return document

    @property
    def blobs(self) -> Mapping[str, int]:
        """Return digest -> size in bytes of the configuration and the layers of one image."""
        parts = (self.document["config"], *self.document["layers"])
        return {each["digest"]: each["size"] for each in parts}


@dataclass(frozen=True)
class Repository:
    """A repository in the registry of an account."""

    host: str
    """`<account>.dkr.ecr.<region>.amazonaws.com`."""
    name: str
    token: str
    """As `GetAuthorizationToken` returns it. It is good for every registry that the caller may use.
    """
    endpoint: str | None = None
    """The address of the host; None if it is its name."""

    def __str__(self) -> str:
        return f"{self.host}/{self.name}"

    def manifest(self, reference: str) -> Manifest | None:
        """Return the manifest of a tag or a digest; None if the repository does not have it.

        Raises Failed when the registry does not answer, or what it sends is not what it says.
        """
        with self._call("GET", f"manifests/{reference}", ACCEPTED, absent=True) as answer:
            if answer.status == HTTPStatus.NOT_FOUND:
                return None
            manifest = Manifest(answer.read(), answer.headers["Content-Type"])
        wanted = reference if is_digest(reference) else None
        if wanted not in (None, manifest.digest):
            raise Failed(
                f"{self}: found {manifest.digest} where {wanted} is required; run this again"
            )
        return manifest

    def put_manifest(self, manifest: Manifest, reference: str) -> None:
        """Write a manifest by a tag or by its digest.

        Raises Failed when the registry refuses it, or keeps other bytes.
        """
        headers = {"Content-Type": manifest.media_type}
        path = f"manifests/{reference}"
        try:
            with self._call("PUT", path, headers, data=lambda: manifest.content) as answer:
                kept = answer.headers.get("Docker-Content-Digest")
        except Failed:
            # Of a push whose answer was lost ECR refuses the second attempt. Look what is there.
            if self.manifest(reference) != manifest:
                raise
            return
        if kept != manifest.digest:
            raise Failed(
                f"{self}: {reference} has the digest {kept}, not {manifest.digest}; run this again"
            )

    def has_blob(self, digest: str) -> bool:
        with self._call("HEAD", f"blobs/{digest}", absent=True) as answer:
            return answer.status != HTTPStatus.NOT_FOUND

    def read_blob(self, digest: str, into: IO[bytes]) -> None:
        """Write a blob's bytes. Raises Failed when they are not those of the digest."""
        with self._call("GET", f"blobs/{digest}") as answer:
            shutil.copyfileobj(answer, into)
        into.seek(0)
        actual = f"{DIGEST_PREFIX}{hashlib.file_digest(into, 'sha256').hexdigest()}"  # type: ignore[arg-type]
        if actual != digest:
            raise Failed(f"{self}: found {actual} where {digest} is required; run this again")

    def copy_blob(self, digest: str, source: "Repository") -> None:
        """Copy a blob from another repository, unless it is there."""
        if self.has_blob(digest):
            return
        with SpooledTemporaryFile(max_size=IN_MEMORY) as content:
            source.read_blob(digest, content)
            length = content.seek(0, SEEK_END)
            with self._call("POST", "blobs/uploads/", data=lambda: b"") as answer:
                upload = answer.headers["Location"]

            def from_start() -> IO[bytes]:
                content.seek(0)
                return content

            headers = {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
            separator = "&" if urlsplit(upload).query else "?"
            path = f"{upload}{separator}digest={digest}"
            try:
                self._call("PUT", path, headers, data=from_start).close()
            except Failed:
                if not self.has_blob(digest):  # only the answer was lost
                    raise

    def _call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        data: Callable[[], bytes | IO[bytes]] | None = None,
        absent: bool = False,
    ) -> HTTPResponse | HTTPError:
        """Return the answer; with `absent` also one that says 404."""
        base = self.endpoint or f"https://{self.host}"
        url = urljoin(f"{base}/v2/{self.name}/", path)
        for attempt in range(TRIES):
            request = Request(url, data() if data else None, dict(headers or {}), method=method)
            # Not sent on where ECR leads to S3, which refuses a second authentication.
            request.add_unredirected_header("Authorization", f"Basic {self.token}")
            request.add_unredirected_header("Host", self.host)
            try:
                answer: HTTPResponse = urlopen(request, timeout=TIMEOUT_SECONDS)
                return answer
            except HTTPError as error:
                if absent and error.code == HTTPStatus.NOT_FOUND:
                    return error
                is_passing = error.code >= 500 or error.code == HTTPStatus.TOO_MANY_REQUESTS
                reason = _reason(error)
            except (URLError, TimeoutError, ConnectionError) as error:
                is_passing, reason = True, str(error)
            if not is_passing:
                break
            time.sleep(PAUSE_SECONDS * 2**attempt)
        raise Failed(f"{self}: {method} {path}: {reason}")


def _reason(error: HTTPError) -> str:
    """Return the registry's own words."""
    try:
        errors = json.loads(error.read())["errors"]
        reason = "; ".join(f"{each['code']}: {each['message']}" for each in errors)
    except (ValueError, KeyError, TypeError):
        reason = f"HTTP {error.code} {error.reason}"
    if error.code == HTTPStatus.FORBIDDEN:
        reason += "; log the shell in as a role that `pulled_by` of that account's [registry] names"
    return reason
