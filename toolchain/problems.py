"""A tool that is missing, too old or failing, told as one message for a person."""

from typing import Self


class ToolProblem(Exception):
    """What was found, what is needed and what to do. Printed as it is, without a stack trace."""

    def __init__(self, found: str, *, needed: str, do: str) -> None:
        super().__init__(f"{found}\n  needed: {needed}\n  do:     {do}")

    @classmethod
    def together(cls, messages: list[str]) -> Self:
        """Several problems as one message."""
        problem = cls.__new__(cls)
        problem.args = ("\n\n".join(messages),)
        return problem
