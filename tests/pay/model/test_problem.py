"""A mistake reads as one line: where, what was found, what is allowed, what to do."""

from pay.model import InvalidInput, Problem
from pay.model.problem import did_you_mean


def test_a_problem_reads_from_place_to_fix() -> None:
    problem = Problem(
        where="sandbox.toml", key="dns", line=3, found="1", allowed="2", fix="write 2"
    )
    assert str(problem) == "sandbox.toml:3: dns: found 1; allowed: 2; write 2"


def test_a_problem_without_place_and_fix_leaves_them_out() -> None:
    assert str(Problem(found="1", allowed="2")) == "found 1; allowed: 2"


def test_invalid_input_lists_every_problem() -> None:
    problems = [Problem(key=key, found="1", allowed="2") for key in ("a", "b")]
    assert str(InvalidInput(problems)) == "a: found 1; allowed: 2\nb: found 1; allowed: 2"
    assert InvalidInput(problems).problems == tuple(problems)


def test_suggests_the_nearest_known_word() -> None:
    assert did_you_mean("legcy", ["dark", "legacy"]) == "did you mean legacy?"
    assert did_you_mean("zzz", ["dark", "legacy"], "remove it") == "remove it"
