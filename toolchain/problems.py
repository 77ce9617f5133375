"""A tool that is missing, too old or failing, told as one message for a person."""


class ToolProblem(Exception):
    """What was found, what is needed and what to do. Printed as it is, without a stack trace."""

    def __init__(self, found: str, *, needed: str, do: str) -> None:
        super().__init__(f"{found}\n  needed: {needed}\n  do:     {do}")
