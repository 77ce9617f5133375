"""Detects names of another environment, account, region or service in a value: all that the
environments' files and the catalogue know.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pay.catalogue import CATALOGUE
from pay.model import Environment

_ACCOUNT = re.compile(
    r"arn:aws[a-z-]*:[\w-]*:[\w-]*:(\d{12}):|(\d{12})\.dkr\.ecr\.|://[^/\s]+/(\d{12})/"
)
"""Where an account's id stands: an ARN, a registry, the URL of a queue."""
_DIGITS = re.compile(r"(?<!\d)\d{12}(?!\d)")
_HOST = re.compile(r"(?<![\w.-])(?:\*?\.?)((?:[\w-]+\.)+[A-Za-z][\w-]+)")
_REGION = re.compile(
    r"(?<![\w-])(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov)?-(?:central|(?:north|south)?(?:east|west)?"
    r"|north|south)-\d(?!\d)"
)


@dataclass(frozen=True)
class Neighbourhood:
    """One service in its environment, among all others."""

    own: Environment
    before: Environment | None
    """The same environment as its file was before the change; None: not given."""
    others: tuple[Environment, ...]
    service: str | None

    def foreign(self, variable: str, value: str) -> Iterator[str]:
        """Yield in words what the value names that is not the service's own."""
        yield from self._accounts(value)
        yield from self._environments(variable, value)
        for region in sorted(set(_REGION.findall(value)) - self._facts("region")):
            yield f"{region}, another region"
        yield from self._services(variable, value)

    def _facts(self, *fields: str) -> set[str]:
        """Return facts of the environment that the change did not bring."""
        both = [self.own, *([self.before] if self.before else [])]
        sets = [{_fact(environment, field) for field in fields} for environment in both]
        return set.intersection(*sets)

    def _accounts(self, value: str) -> Iterator[str]:
        texts = [self.own.model_dump_json()]
        if self.before:
            texts.append(self.before.model_dump_json())
        own = set.intersection(*(set(_DIGITS.findall(text)) for text in texts))
        known = {environment.account_id for environment in self.others}
        here = {account for groups in _ACCOUNT.findall(value) for account in groups if account}
        here |= known & set(_DIGITS.findall(value))
        yield from (f"{account}, another account" for account in sorted(here - own))

    def _environments(self, variable: str, value: str) -> Iterator[str]:
        if self._is_its_name(variable) and value != self.own.name:
            yield f"{value}, another environment"
            return
        rest = _token(self.own.name).sub("", value)
        for name in sorted({e.name for e in self.others} - {self.own.name}, key=len, reverse=True):
            if _token(name).search(rest):
                yield f"{name}, another environment"
                rest = _token(name).sub("", rest)
        own = self._facts("public_zone", "internal_zone")
        zones = own | {
            zone for e in self.others for zone in (e.dns.public_zone, e.dns.internal_zone)
        }
        for host in sorted(set(_HOST.findall(value))):
            ends = [z for z in zones if host == z or host.endswith(f".{z}")]
            if ends and max(ends, key=len) not in own:
                yield f"{host}, a host of another environment"

    def _is_its_name(self, variable: str) -> bool:
        """Return whether the catalogue gives the variable the environment's name as its value."""
        service = CATALOGUE.get(self.service or "")
        return service is not None and service.environment.get(variable) == "{environment}"

    def _services(self, variable: str, value: str) -> Iterator[str]:
        environment, own = re.escape(self.own.name), self.service
        if own is None or own not in CATALOGUE:
            return
        rest = value
        for name in (own, *CATALOGUE):  # Its own names first: `webhooks-egress` holds `webhooks`.
            escaped = re.escape(name)
            secret = rf"secret:{environment}/{escaped}(?:-\w{{6}})?(?![\w/-])"
            place = re.compile(
                rf"{secret}|/{environment}/{escaped}/|{environment}-{escaped}-rds-"
                rf"|(?<![\w-]){environment}_[a-z-]+_{escaped}(?:_FG)?(?![\w-])"
            )
            if name != own and place.search(rest):
                yield f"{name}, another service"
            rest = place.sub("", rest)
        if variable in ("DB_NAME", "DB_USER") and value != own and value in _WITH_DATABASE:
            yield f"{value}, another service's database"


_WITH_DATABASE = frozenset(name for name, service in CATALOGUE.items() if service.database)


def _fact(environment: Environment, field: str) -> str:
    place = environment.dns if field.endswith("_zone") else environment
    return str(getattr(place, field))


def _token(name: str) -> re.Pattern[str]:
    """Return the name as a word of its own. One without a digit is an ordinary word as well: it
    counts only at the beginning of a name (`sandbox-capture`).
    """
    escaped = re.escape(name)
    if any(map(str.isdigit, name)):
        return re.compile(rf"(?<![a-z0-9]){escaped}(?![a-z0-9])")
    return re.compile(rf"(?:(?<=[/:@.])|^|(?<=pay-)|(?<=ws-)){escaped}[-_/](?=[a-z])")


def texts_of(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a value of JSON's types with its path; of a pair its value, with its
    name.
    """
    if isinstance(value, dict):
        pair = next((key for key in ("value", "valueFrom") if key in value and "name" in value), "")
        for key, item in value.items():
            if not pair:
                yield from texts_of(item, f"{path}.{key}" if path else str(key))
            elif key == pair:
                yield from texts_of(item, str(value["name"]))
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item, path)
    elif isinstance(value, str):
        yield path, value
