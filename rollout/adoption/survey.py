"""All that `pay adopt` finds of an environment, and whether it may write its files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from botocore.exceptions import ClientError

from pay.model import Environment, Kept
from rollout.adoption.encryption import repository_encryption
from rollout.adoption.file import keep_lines
from rollout.adoption.finders import find_all
from rollout.adoption.import_answers import ImportAnswer, UnansweredAction, failures, is_not_there
from rollout.adoption.kept import kept_by
from rollout.adoption.obstacle import Obstacle, on_ec2
from rollout.adoption.obstacles import LOOKS
from rollout.aws.clients import Client

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Survey:
    """The answers of AWS: what exists, what is missing, what must change first and what stayed
    unknown.
    """

    answers: Sequence[ImportAnswer]
    obstacles: Sequence[Obstacle]
    kept: Mapping[str, Sequence[Kept]]
    """Service -> what its EC2 side keeps; services without an EC2 side are left out."""
    failures: Sequence[UnansweredAction]
    encryption: Mapping[str, str]
    """Repository -> `AES256` or its key, which stays; empty unless a stack takes them over."""

    @property
    def missing(self) -> Sequence[ImportAnswer]:
        """Return what AWS does not have."""
        return [each for each in self.answers if each.is_missing]

    def refuses(self, *, allow_missing: bool) -> bool:
        """Return whether nothing may be written."""
        lacks = not allow_missing and any(each.expected for each in self.missing)
        return bool(lacks or self.obstacles or self.failures)


def survey(environment: Environment, client: Client, path: Path) -> Survey:
    """Return what AWS answers; `path` is the file whose lines by hand stay.

    Raises botocore's BotoCoreError when AWS cannot be asked, and InvalidInput for an unreadable
    file that could have such a line.
    """
    answers = keep_lines(path, environment, tuple(find_all(environment, client)))
    errors = [(str(each), each.failure) for each in answers if each.failure]

    def seen(subject: str, look: Callable[[], Iterator[Thing]]) -> tuple[Thing, ...]:
        try:
            return tuple(look())
        except ClientError as error:
            if not is_not_there(error):
                errors.append((subject, error))
            return ()

    obstacles = [
        obstacle
        for subject, look in LOOKS.items()
        for obstacle in seen(subject, partial(look, environment, client))
    ]
    kept = {
        name: seen(f"what {name} keeps", partial(kept_by, environment, name, client))
        for name in on_ec2(environment)
    }
    encryption = dict(
        seen("the encryption of repositories", partial(repository_encryption, environment, client))
    )
    return Survey(answers, obstacles, kept, failures(errors), encryption)
