"""The registry API of ECR, with which images are pulled and pushed.

Which account's registry answers is in the Host header, `<account>.dkr.ecr.<region>.amazonaws.com`;
for any other host it is the caller's. Source: OCI distribution specification 1.1; AWS, ECR user
guide, "Private registry authentication".
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from werkzeug import Request, Response

from pay.containers.images import ECR_HOST, is_digest
from pay.identifiers import digest_of
from sandbox import aws
from sandbox.server.errors import Environ
from sandbox.settings import SandboxSettings

PREFIX = "/v2/"
CONTENTS = f"{PREFIX}_contents/"
"""Below it are the addresses of contents, as S3 signs them for ECR."""
_HOST = re.compile(ECR_HOST)
_PATH = re.compile(
    r"/v2/(?P<repository>.+)/(?P<kind>manifests|blobs/uploads|blobs|tags)/(?P<reference>[^/]*)"
)


class _RegistryRefusal(Exception):
    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class ImageRegistry:
    """Answers the calls below `/v2/`."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._uploads: dict[str, bytearray] = {}
        self._contents: dict[str, bytes] = {}
        """The contents for which addresses were given out, by digest."""

    def __call__(self, environ: Environ) -> Response:
        request = Request(environ)
        try:
            return self._answer(request)
        except _RegistryRefusal as refused:
            error = {"code": refused.code, "message": str(refused)}
            answer = Response(json.dumps({"errors": [error]}), refused.status)
            answer.content_type = "application/json"
            if refused.status is HTTPStatus.UNAUTHORIZED:
                answer.headers["Www-Authenticate"] = f'Basic realm="{request.host_url}"'
            return answer

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(CONTENTS):
            return self._content(request)
        caller = _caller(request)
        if request.path == PREFIX:
            return Response("{}", content_type="application/json")
        match = _PATH.fullmatch(request.path)
        if match is None:
            raise _RegistryRefusal(HTTPStatus.NOT_FOUND, "UNSUPPORTED", "no such path")
        host = _HOST.match(request.host)
        account = host["account"] if host else caller[0]
        region = host["region"] if host else self._settings.region
        name, kind, reference = match["repository"], match["kind"], match["reference"]
        method = "GET" if request.method == "HEAD" else request.method
        serve = _ROUTES.get((method, kind))
        if serve is None:
            raise _RegistryRefusal(HTTPStatus.METHOD_NOT_ALLOWED, "UNSUPPORTED", request.method)
        action, answer = serve
        backend = _backend(account, region, caller, action, name)
        return answer(self, request, backend, backend.repositories[name], reference)

    def _content(self, request: Request) -> Response:
        if "Authorization" in request.headers:
            # A signed address needs no token (S3 API reference, "Error responses",
            # InvalidArgument).
            message = "Only one auth mechanism allowed"
            raise _RegistryRefusal(HTTPStatus.BAD_REQUEST, "InvalidArgument", message)
        content = self._contents.get(request.path.removeprefix(CONTENTS))
        if content is None:
            raise _RegistryRefusal(HTTPStatus.FORBIDDEN, "AccessDenied", "Access Denied")
        return Response(content, content_type="application/octet-stream")

    def get_manifest(
        self, request: Request, backend: Any, repository: Any, reference: str
    ) -> Response:
        by = "image_digest" if is_digest(reference) else "image_tag"
        try:
            image = repository._get_image(
                **{"image_tag": None, "image_digest": None, by: reference}
            )
        except Exception:
            raise _RegistryRefusal(
                HTTPStatus.NOT_FOUND, "MANIFEST_UNKNOWN", "Requested image not found"
            ) from None
        answer = Response(image.image_manifest, content_type=image.image_manifest_media_type)
        answer.headers["Docker-Content-Digest"] = image.image_digest
        return answer

    def put_manifest(
        self, request: Request, backend: Any, repository: Any, reference: str
    ) -> Response:
        from moto.core.exceptions import ServiceException

        text, by_digest = request.get_data().decode(), is_digest(reference)
        try:
            image = backend.put_image(
                repository.name,
                text,
                None if by_digest else reference,
                request.content_type,
                reference if by_digest else None,
            )
        except ServiceException as error:
            code = str(error.code)
            # Not an error for an image by its digest: docker pushes it again and again.
            if not (by_digest and code == "ImageAlreadyExistsException"):
                known = {"ImageAlreadyExistsException": "TAG_INVALID"} | _CODES
                raise _RegistryRefusal(
                    HTTPStatus.BAD_REQUEST, known.get(code, "MANIFEST_INVALID"), str(error)
                ) from None
            image = repository._get_image(None, reference)
        answer = Response(status=HTTPStatus.CREATED)
        answer.headers["Docker-Content-Digest"] = image.image_digest
        answer.headers["Location"] = f"/v2/{repository.name}/manifests/{image.image_digest}"
        return answer

    def get_blob(self, request: Request, backend: Any, repository: Any, reference: str) -> Response:
        """Lead to the content, which ECR keeps in S3: another host, to which no token is sent."""
        from sandbox.aws.ecr.ecr import blobs_of

        content = blobs_of(repository).get(reference)
        if content is None:
            raise _RegistryRefusal(
                HTTPStatus.NOT_FOUND, "BLOB_UNKNOWN", "Requested layer not found"
            )
        self._contents[reference] = content
        port = request.environ["SERVER_PORT"]
        answer = Response(status=HTTPStatus.TEMPORARY_REDIRECT)
        answer.headers["Location"] = f"http://127.0.0.1:{port}{CONTENTS}{reference}"
        return answer

    def start_upload(
        self, request: Request, backend: Any, repository: Any, reference: str
    ) -> Response:
        upload = str(uuid4())
        self._uploads[upload] = bytearray()
        return _uploading(repository.name, upload, 0)

    def add_to_upload(
        self, request: Request, backend: Any, repository: Any, reference: str
    ) -> Response:
        content = self._upload(reference)
        content += request.get_data()
        return _uploading(repository.name, reference, len(content))

    def end_upload(
        self, request: Request, backend: Any, repository: Any, reference: str
    ) -> Response:
        from sandbox.aws.ecr.ecr import put_blob

        content = bytes(self._upload(reference)) + request.get_data()
        wanted = request.args.get("digest")
        if digest_of(content) != wanted:
            raise _RegistryRefusal(
                HTTPStatus.BAD_REQUEST,
                "DIGEST_INVALID",
                f"The layer has {digest_of(content)}, not {wanted}",
            )
        del self._uploads[reference]
        put_blob(repository, content)
        answer = Response(status=HTTPStatus.CREATED)
        answer.headers["Docker-Content-Digest"] = wanted
        answer.headers["Location"] = f"/v2/{repository.name}/blobs/{wanted}"
        return answer

    def _upload(self, reference: str) -> bytearray:
        if reference not in self._uploads:
            raise _RegistryRefusal(HTTPStatus.NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", "no such upload")
        return self._uploads[reference]

    def list_tags(
        self, request: Request, backend: Any, repository: Any, reference: str
    ) -> Response:
        tags = sorted(tag for image in repository.images for tag in image.image_tags)
        body = json.dumps({"name": repository.name, "tags": tags})
        return Response(body, content_type="application/json")


_Serve = Callable[[ImageRegistry, Request, Any, Any, str], Response]

_ROUTES: Mapping[tuple[str, str], tuple[str, _Serve]] = {
    ("GET", "manifests"): ("ecr:BatchGetImage", ImageRegistry.get_manifest),
    ("PUT", "manifests"): ("ecr:PutImage", ImageRegistry.put_manifest),
    ("GET", "blobs"): ("ecr:GetDownloadUrlForLayer", ImageRegistry.get_blob),
    ("POST", "blobs/uploads"): ("ecr:InitiateLayerUpload", ImageRegistry.start_upload),
    ("PATCH", "blobs/uploads"): ("ecr:UploadLayerPart", ImageRegistry.add_to_upload),
    ("PUT", "blobs/uploads"): ("ecr:CompleteLayerUpload", ImageRegistry.end_upload),
    ("GET", "tags"): ("ecr:ListImages", ImageRegistry.list_tags),
}
"""Method and kind of path -> the action of ECR that it needs, and what answers."""

_CODES = {
    "ImageTagAlreadyExistsException": "TAG_INVALID",
    "LayersNotFoundException": "MANIFEST_BLOB_UNKNOWN",
    "ReferencedImagesNotFoundException": "MANIFEST_BLOB_UNKNOWN",
    "ImageDigestDoesNotMatchException": "DIGEST_INVALID",
}


def _uploading(repository: str, upload: str, length: int) -> Response:
    answer = Response(status=HTTPStatus.ACCEPTED)
    answer.headers["Location"] = f"/v2/{repository}/blobs/uploads/{upload}"
    answer.headers["Range"] = f"0-{max(0, length - 1)}"
    return answer


def _caller(request: Request) -> tuple[str, str]:
    """Return the account and the role in the token (`sandbox/aws/ecr/ecr.py`)."""
    given = request.authorization
    try:
        account_id, role_arn = json.loads(b64decode((given and given.password) or ""))
    except (TypeError, ValueError):
        raise _RegistryRefusal(HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED", "Not Authorized") from None
    return account_id, role_arn


def _backend(account: str, region: str, caller: tuple[str, str], action: str, name: str) -> Any:
    aws.load("ecr")
    from moto.ecr.models import ecr_backends

    from sandbox.aws.ecr.access import AccessDeniedException, require
    from sandbox.aws.iam.callers import Caller

    backend = ecr_backends[account][region]
    try:
        require(backend, Caller(*caller), action, name)
    except AccessDeniedException as denied:
        raise _RegistryRefusal(HTTPStatus.FORBIDDEN, "DENIED", str(denied)) from None
    if name not in backend.repositories:
        raise _RegistryRefusal(
            HTTPStatus.NOT_FOUND,
            "NAME_UNKNOWN",
            f"The repository with name '{name}' does not exist in the registry with id '{account}'",
        )
    return backend
