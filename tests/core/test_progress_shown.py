"""Hints, the graph and the comparison that a student asks the check for."""

from typing import Any

import pytest
import torch

from autograder import Check, CheckFailed
from autograder.examine import State
from autograder.render_progress import render_comparison, render_graph
from autograder.stages import stage
from autograder.stages.unrolled import GRAPH, STAGE, draw_inputs


@pytest.fixture
def namespace() -> dict[str, Any]:
    """The variables of a finished stage 01."""
    inputs = draw_inputs(torch.Generator().manual_seed(7))
    gradients = {f"d{name}": gradient for name, gradient in GRAPH.gradients(inputs).items()}
    return {**inputs, **GRAPH.forward(inputs), **gradients}


def test_hints_come_one_more_at_each_call(
    namespace: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Three levels, then no more; how many were used is told, here and in the summary."""
    check = Check("01_unrolled", namespace)
    shown = []
    for _ in range(4):
        check.hint("dbndiff")
        shown.append(capsys.readouterr().out)
    assert [text.count("Hint ") for text in shown] == [1, 2, 3, 3]
    assert "Hints used in this stage: 3 (never graded)." in shown[-1]
    check.hint("dC")
    assert "Hints used in this stage: 4" in capsys.readouterr().out
    check.summary()
    summary = capsys.readouterr().out
    assert "right (3 hints)" in summary and "right (1 hint)" in summary
    assert "01_unrolled: 26 of 26 points" in summary and "Hints used: 4 (never graded)" in summary


def test_a_failing_check_tells_of_the_next_hint(namespace: dict[str, Any]) -> None:
    """The first hint is offered, then the second, in the end all of them again."""
    namespace["dh"] = namespace["dh"] + 1
    check = Check("01_unrolled", namespace)
    offered = []
    for _ in range(4):
        with pytest.raises(CheckFailed) as raised:
            check("dh")
        offered.append(str(raised.value).splitlines()[-1])
        check.hint("dh")
    assert [line.split(" shows ")[1] for line in offered] == [
        "the first of 3 hints",
        "the second of 3 hints",
        "the last of 3 hints",
        "the 3 hints again",
    ]


@pytest.mark.parametrize("asked", ["hint", "compare"])
def test_a_name_that_is_no_step(namespace: dict[str, Any], asked: str) -> None:
    """A mistyped name is answered with the nearest one."""
    with pytest.raises(CheckFailed, match="did you mean 'dprobs'"):
        getattr(Check("01_unrolled", namespace), asked)("dprob")


def test_the_graph_shows_shapes_and_progress(namespace: dict[str, Any]) -> None:
    """Each variable with its shape, and its gradient as right, wrong or not done yet."""
    namespace["dh"] = -namespace["dh"]
    del namespace["dC"]
    shown = render_graph(STAGE, State(namespace))
    lines = {line.split()[0]: line for line in shown.text.splitlines()}
    assert set(lines) == {*GRAPH.inputs, *GRAPH.nodes}
    assert "(32, 64)" in lines["h"] and lines["h"].endswith("✗ dh wrong")
    assert lines["C"].endswith("○ dC not done yet")
    assert lines["embcat"].endswith("from emb" + " " * 24 + "✓ dembcat right")
    assert '<img src="data:image/png;base64,' in shown.html and "dh wrong" in shown.html


def test_every_graph_of_a_stage_is_shown() -> None:
    """The warm-up has five; a stage without one says where the network's is."""
    assert "no forward graph of its own" in render_graph(stage("04_training"), State({})).text
    steps = {step.graph for step in stage("00_warmup").steps if hasattr(step, "graph")}
    assert len(steps) == 5


def test_a_comparison_has_three_panels_and_numbers(namespace: dict[str, Any]) -> None:
    """Yours, autograd's and the difference, with shapes, the worst entry and some numbers."""
    namespace["dC"] = namespace["dC"].clone()
    namespace["dC"][3, 4] += 1
    shown = render_comparison(STAGE.by_name["dC"], State(namespace))
    assert "1 of 270 differ" in shown.text and "largest difference is 1 at [3, 4]" in shown.text
    assert "yours      autograd    difference" in shown.text
    assert '<img src="data:image/png;base64,' in shown.html


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "not done yet"),
        ("text", "should be a tensor"),
        (3, "cannot be drawn"),
        (torch.zeros(27, 64, dtype=torch.float64), "yours has shape (27, 64), autograd's (64, 27)"),
        (torch.full((64, 27), float("nan"), dtype=torch.float64), "dW2 is not finite"),
    ],
)
def test_a_comparison_of_anything(namespace: dict[str, Any], answer: Any, told: str) -> None:
    """Whatever stands in the variable, there is an answer and no error."""
    namespace["dW2"] = answer
    assert told in render_comparison(STAGE.by_name["dW2"], State(namespace)).text


def test_what_is_no_tensor_has_no_comparison() -> None:
    """A function is not drawn."""
    step = stage("00_warmup").by_name["unbroadcast"]
    assert "is no tensor" in render_comparison(step, State({})).text
