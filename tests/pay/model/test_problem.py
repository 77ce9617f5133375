"""A mistake reads as one line: where, what was found, what is allowed, what to do."""

from pay.model import InvalidInput, Problem
from pay.model.problem import did_you_mean
from pay.shown_text import printable, quoted


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


def test_a_message_moves_no_cursor_and_hides_nothing() -> None:
    problem = Problem(where="a\x1b[2Jb", found="1\u202e2", allowed="\x9b1\u2028\ud800")
    assert str(problem) == "a\\u001b[2Jb: found 1\\u202e2; allowed: \\u009b1\\u2028\\ud800"


def test_printable_keeps_lines_tabs_and_letters() -> None:
    assert printable("café\tsays\n£1") == "café\tsays\n£1"


def test_a_long_key_is_cut() -> None:
    problem = Problem(where="a.toml", key="k" * 5000, found="1", allowed="2")
    assert str(problem) == f"a.toml: {'k' * 200}... (5000 characters): found 1; allowed: 2"


def test_a_long_value_is_cut() -> None:
    assert quoted("x" * 198) == f"'{'x' * 198}'"
    assert quoted("x" * 199) == f"'{'x' * 199}... (201 characters)"
    assert quoted(10**5000) == "a number of thousands of digits"
    assert quoted([1]) == "[1]"
