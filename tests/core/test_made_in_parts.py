"""Answers that are begun in one cell and gone on with in another."""

import pytest

from autograder.made_in_parts import run_too_often

BEGIN, ADD = "dcounts = counts_sum_inv * dprobs", "dcounts += dcounts_sum"
LOOP = "for i in range(n):\n    dC[Xb[i]] += demb[i]"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("dcounts", [BEGIN, ADD, ADD]),
        ("dcounts", [BEGIN, ADD, BEGIN, ADD, "x = 1", ADD]),
        ("dcounts", [BEGIN, *["dcounts = dcounts + dcounts_sum"] * 2]),
        ("dC", ["dC = torch.zeros_like(C)", LOOP, LOOP]),
    ],
)
def test_a_cell_that_added_twice(name: str, cells: list[str]) -> None:
    """The cell that begins the variable is to be run again, then the other once."""
    told = run_too_often(name, cells)
    assert "has run more than once" in told
    assert f"run the cell that begins `{name}` again, then this one once" in told


def test_a_cell_that_added_once_is_not_just_run_again() -> None:
    """What it is made from is newer; to add once more would not mend it."""
    told = run_too_often("dcounts", [BEGIN, ADD])
    assert "older" in told and "run the cell that begins `dcounts` again" in told


@pytest.mark.parametrize(
    "cells", [[BEGIN], [BEGIN, BEGIN], [f"{BEGIN}\n{ADD}"] * 2, [ADD, ADD], ["x = 1"], []]
)
def test_a_cell_that_begins_the_variable_may_run_again(cells: list[str]) -> None:
    """In one cell it comes to the same every time; without a beginning nothing is known."""
    assert run_too_often("dcounts", cells) == ""
