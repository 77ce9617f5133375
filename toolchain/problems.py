"""The problem of a tool that is missing, too old or failing, as one message for a person."""

from typing import Self


class ToolProblem(Exception):
    """The problem, the requirement and the fix; printed without a stack trace."""

    def __init__(self, problem: str, *, needed: str, do: str) -> None:
        super().__init__(f"{problem}\n  needed: {needed}\n  do:     {do}")

    @classmethod
    def together(cls, messages: list[str]) -> Self:
        """Join several problems into one message."""
        problem = cls.__new__(cls)
        problem.args = ("\n\n".join(messages),)
        return problem
