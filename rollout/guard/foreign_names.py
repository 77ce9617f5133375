"""Detects names of another environment, account, region or service in a value. It knows all names
of the environments' files and the catalogue.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from pay.catalogue import CATALOGUE
from pay.identifiers import ACCOUNT_ID
from pay.model import Environment, names
from rollout.guard.places import inner_settings

_OF_AWS = r"(?:amazonaws\.com(?:\.cn)?|api\.aws)"
_ACCOUNT = re.compile(
    rf"arn:aws[a-z-]*:[\w-]*:[\w-]*:({ACCOUNT_ID}):|({ACCOUNT_ID})\.dkr[.-]ecr"
    rf"|://[^/\s]+\.{_OF_AWS}(?::\d+)?/({ACCOUNT_ID})(?!\w)"
)
"""The places of an account's id: an ARN, a registry, the URL of a queue. In the URL of a vendor 12
digits are a number of the vendor's.
"""
_DIGITS = re.compile(rf"(?<!\d){ACCOUNT_ID}(?!\d)")
_HOST = re.compile(r"(?<![\w.-])(?:\*?\.?)((?:[\w-]+\.)+[A-Za-z][\w-]+)")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/\s@]*@)?(?P<host>[^/\s,;|\"'?#:]+)[^\s,;|\"']*")
_FOR_PEOPLE = re.compile(
    r"https?://(?:docs?|status)\.(?![^/\s]*\.internal\b)[^\s,;|\"']+"
    r"|https?://github\.com/[^\s,;|\"']*"
)
"""Pages that a person reads: they are the same ones for every environment, and nothing is sent
there.
"""
_HOME_OF_GLOBAL_SERVICES = "us-east-1"
_GLOBAL = (
    "acm|budgets|ce|cloudfront|cloudwatch|ecr-public|health|iam|monitoring|organizations|pricing"
    "|route53|route53domains|shield|sts|support|synthetics|waf|wafv2"
)
_IN_ITS_HOME = re.compile(
    rf"arn:aws:(?:{_GLOBAL}):{_HOME_OF_GLOBAL_SERVICES}:"
    rf"|(?<![\w-])(?:{_GLOBAL})(?:-fips)?\.{_HOME_OF_GLOBAL_SERVICES}\.{_OF_AWS}"
)
"""Services whose only or main region is this one. Certificates, metrics and firewalls of CloudFront
stand there, and so do the endpoints of global services. Source: AWS General Reference, "Global
services".
"""
_OF_GLOBAL_SERVICE = re.compile(
    r"(?:^|_)(?:BILLING|CANAR(?:Y|IES)|CDN|CLOUD_?FRONT|EDGE|GLOBAL|IAM|PRICING|ROUTE_?53|SHIELD"
    r"|SYNTHETICS|WAF(?:V2)?)(?:_|$)",
    re.IGNORECASE,
)
"""Variables that say where one of them is."""
_REGION = re.compile(
    r"(?<![\w-])(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov)?-(?:central|(?:north|south)?(?:east|west)?"
    r"|north|south)-\d(?!\d)"
)


@dataclass(frozen=True)
class Neighbourhood:
    """One service in its environment, among all others."""

    own: Environment
    before: Environment | None
    """The same environment as its file was before the change; None if that is not given."""
    others: tuple[Environment, ...]
    service: str | None

    def foreign(self, variable: str, value: str) -> Iterator[str]:
        """Yield in words what the value names that is not the service's own."""
        value = _FOR_PEOPLE.sub("", value)
        yield from self._accounts(value)
        yield from self._environments(variable, value)
        for region in sorted(self._regions(variable, value) - self._facts("region")):
            yield f"{region}, another region"
        yield from self._services(variable, value)

    def _facts(self, *fields: str) -> set[str]:
        """Return facts of the environment that the change did not bring."""
        both = [self.own, *([self.before] if self.before else [])]
        sets = [{_fact(environment, field) for field in fields} for environment in both]
        return set.intersection(*sets)

    def _accounts(self, value: str) -> Iterator[str]:
        known = {environment.account_id for environment in self.others}
        here = {account for groups in _ACCOUNT.findall(value) for account in groups if account}
        here |= known & set(_DIGITS.findall(value))
        yield from (f"{each}, another account" for each in sorted(here - self._own_digits))

    @cached_property
    def _own_digits(self) -> set[str]:
        """Return what may be an account in the environment itself, as it was before the change."""
        # The accounts that pull images are no place for what a task names.
        both = [self.own, *([self.before] if self.before else [])]
        texts = [each.model_dump_json(exclude={"registry"}) for each in both]
        return set.intersection(*(set(_DIGITS.findall(text)) for text in texts))

    def _regions(self, variable: str, value: str) -> set[str]:
        """Return the regions of AWS that the value names. Which one a vendor's host is in is the
        vendor's own business.
        """
        rest = _IN_ITS_HOME.sub("", _URL.sub(self._without_vendor, value))
        if _OF_GLOBAL_SERVICE.search(variable) and rest == _HOME_OF_GLOBAL_SERVICES:
            return set()
        return set(_REGION.findall(rest))

    def _without_vendor(self, url: re.Match[str]) -> str:
        """Return the URL if its host is AWS's or an environment's, or a name without a domain."""
        host = url["host"]
        is_known = "." not in host or re.search(rf"{_OF_AWS}$", host) or self._zone(host)
        return url[0] if is_known else ""

    def _zone(self, host: str) -> str | None:
        """Return the zone of an environment that the host is in."""
        ends = [z for z in self._zones if host == z or host.endswith(f".{z}")]
        return max(ends, key=len, default=None)

    @property
    def _zones(self) -> set[str]:
        environments = (self.own, *([self.before] if self.before else []), *self.others)
        return {zone for e in environments for zone in (e.dns.public_zone, e.dns.internal_zone)}

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
        for host in sorted(set(_HOST.findall(value))):
            zone = self._zone(host)
            if zone and zone not in own and not _is_mail_domain(host, value):
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
                rf"|(?<![\w/-]){environment}/{escaped}(?![\w/-])"
                rf"|(?<![\w-]){environment}_[a-z-]+_{escaped}(?:_FG)?(?![\w-])"
            )
            if name != own and place.search(rest):
                yield f"{name}, another service"
            rest = place.sub("", rest)
        for name in sorted(_used_by(self.own.name, None) - _used_by(self.own.name, own)):
            suffix = r"(?:-\w{6})?" if "/" in name else ""  # Of a secret's ARN.
            if re.search(rf"(?<![\w-]){re.escape(name)}{suffix}(?![\w-])", value):
                yield f"{name}, which the catalogue names for other services"
        for setting, named in {variable.upper(): value, **inner_settings(value)}.items():
            if setting in _NAMES_A_DATABASE and named != own and named in _WITH_DATABASE:
                yield f"{named}, another service's database"
        for named in _DATABASE_IN_URL.findall(value):
            if named != own and named in _WITH_DATABASE:
                yield f"{named}, another service's database"


_WITH_DATABASE = frozenset(name for name, service in CATALOGUE.items() if service.database)
_NAMES_A_DATABASE = frozenset(
    {"DB_NAME", "DB_USER", "DBNAME", "DATABASE", "DB_SCHEMA", "SCHEMA", "CURRENT_SCHEMA", "USER"}
)
_DATABASE_IN_URL = re.compile(r"postgres(?:ql)?://[^/\s]+/([\w-]+)")


@cache
def _used_by(environment: str, service: str | None) -> frozenset[str]:
    """Return the names in AWS of queues, topics, buckets and shared secrets that the catalogue lets
    a service use. None stands for all services.
    """
    services = [CATALOGUE[service]] if service else CATALOGUE.values()
    return frozenset(
        name
        for each in services
        for name in (
            *(names.queue(environment, queue.name) for queue in each.queues),
            *(names.topic(environment, topic.name) for topic in each.topics),
            *(names.bucket(environment, bucket.name) for bucket in each.buckets),
            *(names.shared_secret(environment, s.shared) for s in each.secrets if s.shared),
        )
    )


def _is_mail_domain(host: str, value: str) -> bool:
    """Return whether the value only writes to people there: `noreply@payments.service.gov.uk`."""
    there = rf"{re.escape(host)}(?![\w-]|\.\w)"
    rest = re.sub(rf"(?<![/:\w.+-])[\w.+-]+@(?:[\w-]+\.)*{there}", "", value)
    return re.search(rf"(?<![\w-]){there}", rest) is None


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
