"""What the HCL2 writer says when a document cannot be written."""

from collections.abc import Sequence


class HclError(Exception):
    """Every problem of one document (or of one synthesis), one sentence each.

    Nothing was written: the text is built whole before any file is touched.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class TemplateError(ValueError):
    """One string that is no valid Terraform template or expression."""
