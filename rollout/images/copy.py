"""Copies a release from the registry of one account to that of the next, byte for byte.

Nothing is started or built, so every digest stays. Existing blobs are not copied again, and a
killed copy continues where it ended. The tag comes last. Until then nobody sees the release.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pay.containers.releases import release_tag
from pay.model import Environment, names
from pay.model.environment.instance_types import Architecture
from pay.model.images import Image, ImageKind
from rollout.aws.clients import Client
from rollout.images.registry import Manifest, Repository
from rollout.releases.record import Release, ReleaseVerdict, proof, read_releases
from rollout.terminal.refusal import Finding, Refused

SIDE_BY_SIDE = 4
"""Blobs that are copied at the same time."""

OCI_NAMES: Mapping[Architecture, str] = {Architecture.ARM64: "arm64", Architecture.X86_64: "amd64"}
"""The names of architectures in an index (Go: `GOARCH`)."""


@dataclass(frozen=True)
class Copied:
    """The outcome of a copy."""

    image: str
    release: int
    digest: str
    was_there: bool
    """True when the target had the release already."""
    blobs: int = 0
    """Blobs that the target did not have."""


def open_repository(environment: Environment, image: Image, client: Client) -> Repository:
    """Return an image's repository in an environment's account, as `client` may use it."""
    ecr = client("ecr")
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    endpoint = ecr.meta.endpoint_url
    return Repository(
        host=names.image_registry(environment.account_id, environment.region),
        name=image.repository,
        token=token,
        # AWS_ENDPOINT_URL replaces all of AWS, also its registries.
        endpoint=None if endpoint.endswith(".amazonaws.com") else endpoint,
    )


def copy_release(
    image: Image,
    release: int,
    *,
    source: Repository,
    target: Repository,
    proved: Sequence[str],
    folder: Path,
) -> Copied:
    """Copy a release of an image. `proved`: the environments whose record has to show it; `folder`
    holds it.

    Raises Refused for a release that the source does not have, without proof, or that lacks an
    architecture. Another image under its tag in the target also raises it. Raises Failed when a
    registry does not answer.
    """
    tag = release_tag(release)
    act = f"copying {image.name} {tag} to {target.host}"
    manifest = source.manifest(tag)
    if manifest is None:
        fix = "`pay images` shows the newest release that is there"
        raise Refused(act, [Finding("release", f"{source} has no {tag}", fix)])
    if findings := [
        *without_proof(image, release, manifest.digest, proved, folder),
        *_without_architecture(image, manifest, source),
    ]:
        raise Refused(act, findings)
    there = target.manifest(tag)
    if there is not None:
        if there.digest != manifest.digest:
            reason = f"{target} has {there.digest}; {source} has {manifest.digest}"
            fix = "find out who pushed it: tags never move, so release the image under a new number"
            raise Refused(act, [Finding("digest", reason, fix)])
        return Copied(image.name, release, manifest.digest, was_there=True)
    return _copied(image, release, manifest, source, target)


def newest_proved(image: Image, proving: Sequence[Environment], folder: Path) -> int:
    """Return the newest release that ran well in one of the environments.

    Raises Refused when no environment has proved a release.
    """
    releases = [_newest_proved(image, each, folder) for each in proving]
    if (newest := max((each for each in releases if each), default=None)) is not None:
        return newest
    where = " or ".join(each.name for each in proving)
    reason = f"no release of {image.name} is known to run well in {where}"
    fix = f"deploy one there first, or give N: pay images copy {image.name} N"
    raise Refused(f"copying {image.name}", [Finding("proof", reason, fix)])


def _newest_proved(image: Image, environment: Environment, folder: Path) -> int | None:
    """Return the release of a service from the record. For a sidecar it is the release that is
    pinned. None: there is none.
    """
    if image.kind is ImageKind.SERVICE:
        lines = read_releases(folder, environment.name, image.name)
        return max((line.release for line in lines if proof(lines, line.release)), default=None)
    pin = environment.sidecars.get(image.name)
    return pin.release if pin else None


def _copied(
    image: Image, release: int, manifest: Manifest, source: Repository, target: Repository
) -> Copied:
    children = [child for digest in _children(manifest) if (child := source.manifest(digest))]
    needed = [digest for each in (children or [manifest]) for digest in each.blobs]
    missing = [digest for digest in dict.fromkeys(needed) if not target.has_blob(digest)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        # Reading the results raises what a copy raised.
        list(pool.map(lambda digest: target.copy_blob(digest, source), missing))
    for child in children:
        target.put_manifest(child, child.digest)
    target.put_manifest(manifest, release_tag(release))
    return Copied(image.name, release, manifest.digest, was_there=False, blobs=len(missing))


def _children(manifest: Manifest) -> list[str]:
    listed = manifest.document.get("manifests", ()) if manifest.is_index else ()
    return [each["digest"] for each in listed]


def _without_architecture(
    image: Image, manifest: Manifest, source: Repository
) -> Iterable[Finding]:
    fix = "build it for every architecture and release it under a new number"
    wanted = {OCI_NAMES[each] for each in image.architectures}
    if not manifest.is_index:
        reason = f"{source} has one image, not an index over {', '.join(sorted(wanted))}"
        yield Finding("architecture", reason, fix)
        return
    listed = manifest.document["manifests"]
    there = {each.get("platform", {}).get("architecture") for each in listed}
    if missing := sorted(wanted - there):
        yield Finding("architecture", f"{source} has the release without {', '.join(missing)}", fix)


def without_proof(
    image: Image, release: int, digest: str, proved: Sequence[str], folder: Path
) -> Iterable[Finding]:
    """Yield why no environment's record shows that this digest of an image ran well.

    Raises InvalidInput when a record cannot be read.
    """
    lines = sorted(
        (line for each in proved for line in _lines(image, release, digest, each, folder)),
        key=lambda line: line.at,
    )
    good = [line for line in lines if line.verdict is ReleaseVerdict.GOOD]
    where = " or ".join(proved)
    if not lines:
        yield Finding(
            "proof",
            f"no line of {where} shows that {image.name} {release} ran there",
            f"deploy it there first, and commit its line in releases/{proved[0]}/",
        )
    elif not good or (image.kind is ImageKind.SERVICE and good[-1] is not lines[-1]):
        yield Finding(
            "proof",
            f"{image.name} {release} ended {lines[-1].verdict} in {where}",
            "repair the image and release it under a new number",
        )
    elif spoiled := [*_bad_patches(image, digest, proved, folder)]:
        yield Finding(
            "proof",
            f"{image.name} {release} ended bad in {', '.join(spoiled)}",
            "patch it there until every service is good, or release it under a new number",
        )
    elif (ran := good[-1].digests.get(image.name)) != digest:
        yield Finding(
            "proof",
            f"{ran or 'another image'} ran in {where}, and the tag is {digest}",
            "somebody pushed another image: release it under a new number",
        )


def _bad_patches(image: Image, digest: str, proved: Sequence[str], folder: Path) -> Iterable[str]:
    """Yield the services whose latest word about the image of a sidecar is a patch that failed."""
    for environment in () if image.kind is ImageKind.SERVICE else proved:
        for path in sorted((folder / "releases" / environment).glob("*.jsonl")):
            words = [
                line
                for line in read_releases(folder, environment, path.stem)
                if line.digests.get(image.name) == digest
                and (line.verdict is ReleaseVerdict.GOOD or line.patch == image.name)
            ]
            if words and words[-1].verdict is ReleaseVerdict.BAD:
                yield f"{environment}: {path.stem}"


def _lines(
    image: Image, release: int, digest: str, environment: str, folder: Path
) -> list[Release]:
    """Return the lines about a release. Those of a sidecar are the lines of the services that ran
    its image. Their numbers are the services' own.
    """
    if image.kind is ImageKind.SERVICE:
        lines = read_releases(folder, environment, image.name)
        return [line for line in lines if line.release == release and not line.patch]
    files = sorted((folder / "releases" / environment).glob("*.jsonl"))
    return [
        line
        for path in files
        for line in read_releases(folder, environment, path.stem)
        if line.digests.get(image.name) == digest
    ]
