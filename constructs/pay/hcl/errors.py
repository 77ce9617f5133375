"""The errors of the HCL2 writer."""

from collections.abc import Sequence


class HclError(Exception):
    """All problems of one document or one synthesis, one sentence each; nothing was written."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class TemplateError(ValueError):
    """A string is not a valid Terraform template or expression."""
