"""Explanations below the traceback, in a real IPython shell."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output

from autograder.check import CheckFailed
from autograder.exceptions import install
from autograder.stages import stage
from autograder.stages.unrolled import GRAPH, draw_inputs

STAGE = stage("01_unrolled")


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """A fresh shell with the forward pass of stage 01 in it, and explanations installed."""
    shell = InteractiveShell.instance()
    values = GRAPH.forward(draw_inputs(torch.Generator().manual_seed(0)))
    shell.push({**values, "torch": torch, "dlogits": values["logits"], "CheckFailed": CheckFailed})
    install(shell, STAGE)
    yield shell
    InteractiveShell.clear_instance()


def run(shell: InteractiveShell, cell: str) -> tuple[str, list[RichOutput]]:
    """What a cell prints, tracebacks included, and what it displays."""
    with capture_output() as captured:
        shell.run_cell(cell)
    return captured.stdout + captured.stderr, captured.outputs


def test_a_shape_mismatch_is_explained_below_the_traceback(shell: InteractiveShell) -> None:
    """The traceback is as ever; one more output names the operands, as text and as HTML."""
    printed, outputs = run(shell, "# dh\ndh = dlogits @ W2")
    assert "RuntimeError" in printed
    assert len(outputs) == 1
    assert "`dlogits` is (32, 27) and `W2` is (64, 27)" in outputs[0].data["text/plain"]
    assert "<code>dlogits @ W2</code>" in outputs[0].data["text/html"]
    assert "<script" not in outputs[0].data["text/html"]


def test_a_failure_inside_a_function_is_explained_with_its_own_variables(
    shell: InteractiveShell,
) -> None:
    """Names are those of the function, where it failed, though the call stands elsewhere."""
    _, outputs = run(shell, "def f(left):\n    wide = left.T\n    return wide @ left.T\nf(h)")
    assert len(outputs) == 1
    assert "`wide` is (64, 32)" in outputs[0].data["text/plain"]


def test_a_missing_step_is_named(shell: InteractiveShell) -> None:
    """A NameError of a gradient leads to its step."""
    _, outputs = run(shell, "dbndiff = bnvar_inv * dbnraw")
    assert "do that one first" in outputs[0].data["text/plain"]


def test_nothing_is_shown_where_nothing_is_wrong_or_known(shell: InteractiveShell) -> None:
    """A right cell, an unknown error, a syntax error and a CheckFailed get no second output."""
    for cell in ("x = 1", "1 / 0", "x = (", "raise CheckFailed('`dh` is wrong')"):
        assert run(shell, cell)[1] == []


def test_an_error_inside_the_package_is_left_alone(shell: InteractiveShell) -> None:
    """The package's own errors speak for themselves."""
    cell = (
        "from autograder.stages.unrolled import GRAPH\n"
        "GRAPH.vjp({'h': h, 'W2': h, 'b2': b2}, 'logits', 'h', h)"
    )
    printed, outputs = run(shell, cell)
    assert "RuntimeError" in printed
    assert outputs == []


def test_installed_twice_it_explains_once(shell: InteractiveShell) -> None:
    """The set-up cell may be run again; the last stage counts."""
    install(shell, STAGE)
    install(shell, stage("02_cross_entropy"))
    assert len(run(shell, "dh = dlogits @ W2")[1]) == 1
    assert run(shell, "x = dbnvar")[1] == []  # which is no step of stage 02


def test_without_a_shell_nothing_happens() -> None:
    """In a script there is no shell to install it in."""
    install(None, STAGE)


def test_a_hostile_error_raises_nothing(shell: InteractiveShell) -> None:
    """An exception whose text cannot be had is shown by IPython, and there is no second one."""
    cell = (
        "class RuntimeError(Exception):\n"
        "    def __str__(self):\n"
        "        raise KeyError('no text')\n"
        "raise RuntimeError()"
    )
    printed, outputs = run(shell, cell)
    assert "Error in callback" not in printed
    assert outputs == []


def test_variables_are_as_they_were(shell: InteractiveShell) -> None:
    """An explanation defines no name and changes no tensor."""
    before: dict[str, Any] = dict(shell.user_ns)
    total = shell.user_ns["h"].sum()
    run(shell, "h @ h")
    names = {name for name in shell.user_ns if not name.startswith("_")}
    assert names == {name for name in before if not name.startswith("_")}
    assert shell.user_ns["h"].sum() == total
