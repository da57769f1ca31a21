"""Each promise of docs/promises.md has tests, and each test that names a promise has one."""

from __future__ import annotations

import pytest

from tools import promises

PROMISE = '### <a id="{0}"></a>{0}. A title\n\nA text.\n\nSource: RFC 6238.\n\nTests:\n\n'
WITHDRAWN = '### <a id="56"></a>56. Withdrawn\n\nIt fell away.\n\n'
WHOLE = "".join(WITHDRAWN if number == 56 else PROMISE.format(number) for number in promises.FIRST_PART)
TESTS: promises.Tests = {
    number: {"tests/test_x.py": [f"test_x_s{number:02}"]} for number in promises.FIRST_PART if number != 56
}


def test_promises_and_tests_fit() -> None:
    wrong = promises.problems(promises.PAGE.read_text(), promises.tests())
    assert not wrong, "docs/promises.md:\n" + "\n".join(wrong)


def test_promises_that_fit_have_no_problem() -> None:
    assert promises.problems(WHOLE, TESTS) == []


@pytest.mark.parametrize(
    ("text", "found", "problem"),
    [
        (WHOLE + PROMISE.format(71), TESTS, "promise 71 has no test"),
        (WHOLE, TESTS | {71: {"tests/test_x.py": ["test_x_s71"]}}, "hold promise 71"),
        (WHOLE, TESTS | {56: {"tests/test_x.py": ["test_x_s56"]}}, "hold promise 56"),
        (WHOLE.replace(PROMISE.format(9), ""), TESTS, "promise 9 is missing"),
        (PROMISE.format(2) + WHOLE, TESTS, "do not grow"),
        (WHOLE.replace('id="9"', 'id="90"'), TESTS, "another anchor"),
        (WHOLE.replace("Source: RFC 6238.", "", 1), TESTS, "promise 1 has no line"),
    ],
)
def test_promises_that_do_not_fit_are_named(text: str, found: promises.Tests, problem: str) -> None:
    assert any(problem in each for each in promises.problems(text, found))
