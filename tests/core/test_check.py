"""The check that students call."""

import random
import subprocess
import sys
from typing import Any

import numpy
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from torch import Tensor

from autograder import Check, CheckFailed
from autograder.check import Check as CheckClass
from autograder.compare import Reference
from autograder.examine import State, examine
from autograder.graph import Graph
from autograder.stages import stage as find_stage
from autograder.stages.unrolled import GRAPH, STAGE, draw_inputs
from autograder.steps import FunctionStep, GradientStep, ManualStep, PropertyStep, Stage, ValueStep
from autograder.verdict import Diagnosis, Status, StepVerdict


@pytest.fixture
def namespace() -> dict[str, Any]:
    """The variables of a finished stage 01, each gradient autograd's."""
    inputs = draw_inputs(torch.Generator().manual_seed(7))
    gradients = GRAPH.gradients(inputs)
    return {
        **inputs,
        **GRAPH.forward(inputs),
        **{f"d{name}": gradient for name, gradient in gradients.items()},
    }


@pytest.fixture
def check(namespace: dict[str, Any]) -> CheckClass:
    """The check of a finished stage 01; tests spoil its namespace."""
    return Check("01_unrolled", namespace)


def _failure(check: CheckClass, name: str) -> CheckFailed:
    with pytest.raises(CheckFailed) as raised:
        check(name)
    return raised.value


def test_right_answers_pass(check: CheckClass) -> None:
    """Each step of a finished stage passes, and returns nothing that nbgrader could score."""
    for step in STAGE.steps:
        assert check(step.name) is None
    assert sum(verdict.points for verdict in check.verdicts()) == 26


def test_a_step_not_done_fails(check: CheckClass, namespace: dict[str, Any]) -> None:
    """A missing name, None and an ellipsis are all 'not done yet', and fail."""
    del namespace["dprobs"]
    namespace["dh"], namespace["dC"] = None, ...
    for name in ("dprobs", "dh", "dC"):
        error = _failure(check, name)
        assert error.verdict is not None and error.verdict.status is Status.NOT_ATTEMPTED
        assert f"{name} is not done yet" in str(error)


def test_a_wrong_answer_says_where_and_by_what_ratio(
    check: CheckClass, namespace: dict[str, Any]
) -> None:
    """Shapes, entries, the worst entry and a constant ratio are in the message."""
    namespace["dhpreact"] = namespace["dhpreact"] / 32
    message = str(_failure(check, "dhpreact"))
    assert message.startswith("✗ dhpreact is wrong\n")
    assert "Shape: (32, 64)" in message
    assert "2048 of 2048 differ" in message
    assert "yours is 1/32 times the expected one" in message
    assert "Upstream" not in message


def test_single_rows_are_named(check: CheckClass, namespace: dict[str, Any]) -> None:
    """A difference confined to some rows names the rows."""
    namespace["dC"] = namespace["dC"].clone()
    namespace["dC"][[3, 9]] += 1
    assert "20 of 270 differ, only in rows 3, 9" in str(_failure(check, "dC"))


def test_an_answer_that_follows_from_a_wrong_upstream_gradient(
    check: CheckClass, namespace: dict[str, Any]
) -> None:
    """The right rule on a wrong upstream gradient fails, and the upstream gradient is named."""
    namespace["dlogits"] = 3 * namespace["dlogits"] + 1
    namespace["dh"] = namespace["dlogits"] @ namespace["W2"].T
    error = _failure(check, "dh")
    assert error.verdict is not None and error.verdict.follows_from == ("dlogits",)
    assert "follows from your `dlogits`, which is wrong" in str(error)


def test_only_the_wrong_one_of_two_upstream_gradients_is_named(
    check: CheckClass, namespace: dict[str, Any]
) -> None:
    """With two consumers, the upstream gradient that is right is not blamed."""
    namespace["dcounts_sum"] = namespace["dcounts_sum"] + 1
    namespace["dcounts"] = (
        namespace["counts_sum_inv"] * namespace["dprobs"] + namespace["dcounts_sum"]
    )
    error = _failure(check, "dcounts")
    assert error.verdict is not None and error.verdict.follows_from == ("dcounts_sum",)


def test_a_wrong_rule_on_a_wrong_upstream_gradient_is_not_excused(
    check: CheckClass, namespace: dict[str, Any]
) -> None:
    """An answer with a mistake of its own is not said to follow from anything."""
    namespace["dlogits"] = 3 * namespace["dlogits"]
    namespace["dh"] = -namespace["dlogits"] @ namespace["W2"].T
    error = _failure(check, "dh")
    assert error.verdict is not None and error.verdict.follows_from == ()


@pytest.mark.parametrize(
    ("name", "answer", "status", "told"),
    [
        ("dW2", lambda d: d.T, Status.WRONG, "is it transposed?"),
        ("dbnbias", lambda d: d.expand(32, 64), Status.WRONG, "gets a sum backwards"),
        ("dh", lambda d: d.sum(0, keepdim=True), Status.WRONG, "it would broadcast"),
        ("demb", lambda d: d.reshape(32, 30), Status.WRONG, "in another layout"),
        ("dh", lambda d: d[:5], Status.WRONG, "where (32, 64) is expected."),
        ("dh", lambda d: d / 0, Status.NOT_FINITE, "infinite among its 2048 entries"),
        ("dh", lambda d: d * float("nan"), Status.NOT_FINITE, "2048 NaN"),
        ("dh", lambda d: d.tolist(), Status.NOT_A_TENSOR, "of type list"),
        ("dh", lambda d: True, Status.NOT_A_TENSOR, "of type bool"),
        ("dh", lambda d: d.long(), Status.WRONG, "holds int64 numbers"),
        ("dh", lambda d: d.half(), Status.WRONG, "holds float16 numbers"),
        ("dh", lambda d: 0.0, Status.WRONG, "has shape ()"),
    ],
)
def test_each_kind_of_wrong_answer_is_told_apart(
    check: CheckClass, namespace: dict[str, Any], name: str, answer: Any, status: Status, told: str
) -> None:
    """Shape stories, values that are not finite, wrong types: each has its own sentence."""
    namespace[name] = answer(namespace[name])
    error = _failure(check, name)
    assert error.verdict is not None and error.verdict.status is status
    assert told in str(error)


@pytest.mark.parametrize("name", ["dbnbias", "dbnmeani", "dcounts_sum"])
def test_a_missing_dimension_of_size_one_passes_with_a_remark(
    check: CheckClass, namespace: dict[str, Any], name: str
) -> None:
    """`.sum(0)` without keepdim earns the points and is remarked on."""
    namespace[name] = namespace[name].squeeze()
    check(name)
    (verdict,) = [verdict for verdict in check.verdicts() if verdict.name == name]
    assert verdict.status is Status.CORRECT_SHAPE_DIFFERS and verdict.points == 1
    assert "a later step may not fit" in verdict.remarks[0]


def test_a_float32_answer_passes(check: CheckClass, namespace: dict[str, Any]) -> None:
    """A right answer in float32 is judged in float32."""
    namespace["dhprebn"] = namespace["dhprebn"].float()
    check("dhprebn")


def test_zeros_upstream_excuse_no_rule(check: CheckClass, namespace: dict[str, Any]) -> None:
    """From an upstream gradient of zeros every rule makes zeros: none is called right."""
    namespace["dlogprobs"] = torch.zeros_like(namespace["dlogprobs"])
    namespace["dprobs"] = -7 * namespace["dlogprobs"]
    error = _failure(check, "dprobs")
    assert error.verdict is not None and error.verdict.follows_from == ()


def test_a_missing_upstream_gradient_is_made_from_the_later_ones(
    check: CheckClass, namespace: dict[str, Any]
) -> None:
    """Where a student skips a gradient, the answer is traced to the one before it."""
    del namespace["dbnvar_inv"]
    namespace["dbnraw"] = 3 * namespace["dbnraw"]
    namespace["dbnvar"] = 3 * namespace["dbnvar"]
    error = _failure(check, "dbnvar")
    assert error.verdict is not None and error.verdict.follows_from == ("dbnraw",)


@pytest.mark.parametrize(
    "answer",
    [lambda d: d.to_sparse(), lambda d: d.T.clone().T, lambda d: d.clone().requires_grad_()],
)
def test_a_gradient_is_a_gradient_however_it_is_stored(
    check: CheckClass, namespace: dict[str, Any], answer: Any
) -> None:
    """A sparse tensor of the right numbers, or one that autograd watches, is right."""
    namespace["dC"] = answer(namespace["dC"])
    check("dC")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (torch.empty(27, 10, device="meta", dtype=torch.float64), Status.NOT_A_TENSOR),
        (10**400, Status.NOT_A_TENSOR),
        (torch.zeros(1, dtype=torch.float64).expand(10**6, 10**6), Status.WRONG),
    ],
    ids=["without data", "huge number", "huge shape"],
)
def test_odd_answers_are_no_crash(
    check: CheckClass, namespace: dict[str, Any], answer: Any, status: Status
) -> None:
    """A tensor without data, a number that no float holds, a shape that no memory holds."""
    namespace["dC"] = answer
    error = _failure(check, "dC")
    assert error.verdict is not None and error.verdict.status is status


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_the_references_do_not_depend_on_the_notebooks_grad_mode(context: Any) -> None:
    """With autograd switched off in the notebook, right functions are right all the same."""
    jacobian = "softmax_jacobian"
    with context():

        def softmax_jacobian(x: Tensor) -> Tensor:
            p = torch.softmax(x, 0)
            return torch.diag(p) - torch.outer(p, p)

        check = Check("02_cross_entropy", {jacobian: softmax_jacobian})
        check(jacobian)


def test_a_changed_forward_variable_is_noticed(
    check: CheckClass, namespace: dict[str, Any]
) -> None:
    """A wrong answer on a forward variable that some cell has changed says which one."""
    namespace["h"] += 1
    namespace["dW2"] = namespace["h"].T @ namespace["dlogits"]
    message = str(_failure(check, "dW2"))
    assert "`h` is not what the forward pass makes of `hpreact`" in message
    assert "`logits` is not" not in message  # what follows from h is no news


def test_a_spoiled_input_is_no_crash(check: CheckClass, namespace: dict[str, Any]) -> None:
    """When the forward pass no longer runs, the check says so in one sentence."""
    namespace["n"] = 27
    error = _failure(check, "dprobs")
    assert error.verdict is None
    assert "the forward pass no longer runs" in str(error) and "`n`" in str(error)


def test_one_tensor_under_two_names_is_noticed(
    check: CheckClass, namespace: dict[str, Any]
) -> None:
    """`dhprebn = dbndiff` and then `+=` spoils dbndiff: its check names the shared memory."""
    namespace["dhprebn"] = namespace["dbndiff"]
    namespace["dhprebn"] += 1
    assert "`dbndiff` and `dhprebn` are one tensor in memory" in str(_failure(check, "dbndiff"))


def test_an_upstream_gradient_without_its_size_one_dimension_is_named(
    check: CheckClass, namespace: dict[str, Any]
) -> None:
    """A flat dcounts_sum_inv passes, and is named when the next step does not fit."""
    namespace["dcounts_sum_inv"] = namespace["dcounts_sum_inv"].squeeze()
    check("dcounts_sum_inv")
    namespace["dcounts_sum"] = -(namespace["counts_sum"] ** -2) * namespace["dcounts_sum_inv"]
    message = str(_failure(check, "dcounts_sum"))
    assert "your `dcounts_sum_inv` has shape (32,), and `counts_sum_inv` has (32, 1)" in message


def test_called_without_a_name_it_says_how(check: CheckClass) -> None:
    """`check()` and a bare `check` tell how to call it."""
    with pytest.raises(CheckFailed, match=r'say which step .* check\("dlogprobs"\) judges a step'):
        check()
    assert repr(check).startswith('check("dlogprobs") judges a step of 01_unrolled')


def test_a_missing_forward_variable(check: CheckClass, namespace: dict[str, Any]) -> None:
    """Without the notebook's own cells the check says to run them, and blames no answer."""
    del namespace["C"]
    error = _failure(check, "dprobs")
    assert error.verdict is None
    assert "`C` is not there" in str(error) and "run every cell" in str(error)
    with pytest.raises(CheckFailed, match="`C` is not there"):
        check.summary()


def test_an_unknown_step_or_stage(check: CheckClass) -> None:
    """A misspelled name is answered with the nearest step, an unknown stage with the list."""
    with pytest.raises(CheckFailed, match=r"has no step 'dprob': did you mean 'dprobs'\?"):
        check("dprob")
    with pytest.raises(CheckFailed, match="the steps are dlogprobs, dprobs"):
        check("xyz")
    with pytest.raises(ValueError, match="no stage '07'; the stages are"):
        Check("07", {})


def test_nothing_is_changed(check: CheckClass, namespace: dict[str, Any]) -> None:
    """No variable of the notebook changes, and no name is added, by any check."""
    before = {name: torch.as_tensor(value).clone() for name, value in namespace.items()}
    namespace["dh"] = before["dh"] + 1
    _failure(check, "dh")
    check.verdicts()
    namespace["dh"] = before["dh"]
    assert set(namespace) == set(before)
    for name, value in namespace.items():
        assert torch.equal(torch.as_tensor(value), before[name]), name


def _verdict_of(step: Any, **namespace: Any) -> StepVerdict:
    return examine(step, State(namespace))


DOUBLE = FunctionStep(
    "double",
    draw=lambda generator: [
        (torch.randn(size, generator=generator, dtype=torch.float64),) for size in (3, 4)
    ],
    expected=lambda x: (Reference.of(2 * x),),
)


def _raises(x: Tensor) -> Tensor:
    raise RuntimeError("size mismatch")


def _unwritten(x: Tensor) -> Tensor:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "status", "told"),
    [
        (lambda x: x + x, Status.CORRECT, None),
        (lambda x: 3 * x, Status.WRONG, None),
        (lambda x: 2 * x[:3], Status.WRONG, "double(tensor of shape (4,)) has shape (3,)"),
        (lambda x: x.mul_(2), Status.WRONG, "changed one of its arguments"),
        (_raises, Status.RAISED, "(tensor of shape (3,)) raised RuntimeError: size mismatch"),
        (_unwritten, Status.NOT_ATTEMPTED, "`_unwritten` is not written yet"),
        (7, Status.NOT_A_TENSOR, "should be a function"),
        (lambda x: None, Status.NOT_A_TENSOR, "of type NoneType"),
    ],
)
def test_a_function_step(function: Any, status: Status, told: str | None) -> None:
    """A student's function is called on every draw, and each way to fail has its sentence."""
    verdict = _verdict_of(DOUBLE, double=function)
    assert verdict.status is status
    assert told is None or (verdict.diagnosis and told in verdict.diagnosis.message)


def test_a_remark_on_any_call_is_kept() -> None:
    """A result without a size-1 dimension is remarked on, also when later calls are perfect."""
    step = FunctionStep(
        "total",
        draw=lambda generator: [(torch.ones(3, 4), True), (torch.ones(3, 4), False)],
        expected=lambda x, keep: (Reference.of(x.sum(0, keepdim=keep)),),
    )
    verdict = _verdict_of(step, total=lambda x, keep: x.sum(0))
    assert verdict.status is Status.CORRECT_SHAPE_DIFFERS
    assert verdict.remarks == (
        "the shape is (4,) and the variable's is (1, 4): it counts, but a later step may not fit "
        "(`keepdim=True` keeps a dimension of size 1)",
        "this is the result of total(tensor of shape (3, 4), True)",
    )


def test_a_function_of_several_results() -> None:
    """The result that is wrong is named; a wrong number of results is told."""
    step = FunctionStep(
        "split",
        draw=lambda generator: [(torch.arange(4.0),)],
        expected=lambda x: (Reference.of(x + 1), Reference.of(x - 1)),
        results=("up", "down"),
    )
    assert _verdict_of(step, split=lambda x: (x + 1, x - 1)).status is Status.CORRECT
    wrong = _verdict_of(step, split=lambda x: [x + 1, x + 1])
    assert wrong.status is Status.WRONG and "down of split" in wrong.remarks[0]
    short = _verdict_of(step, split=lambda x: x)
    assert short.diagnosis and "should return 2 values: up, down" in short.diagnosis.message


def test_a_value_step() -> None:
    """A value is judged against what its inputs imply, a plain number included."""
    step = ValueStep("total", ("x",), lambda x: Reference.of(x.sum()))
    x = torch.arange(4.0)
    assert _verdict_of(step, x=x, total=6).status is Status.CORRECT
    assert _verdict_of(step, x=x, total=torch.tensor(6.0)).status is Status.CORRECT
    assert _verdict_of(step, x=x, total=5.0).status is Status.WRONG


def test_a_property_step() -> None:
    """A property's own diagnosis is shown; an answer that its judge chokes on is no crash."""

    def positive(answer: Any) -> Diagnosis | None:
        return None if answer > 0 else Diagnosis("too_small", "it should be positive.")

    step = PropertyStep("rate", (), positive)
    assert _verdict_of(step, rate=1.0).status is Status.CORRECT
    small = _verdict_of(step, rate=-1.0)
    assert small.status is Status.WRONG and small.diagnosis == positive(-1.0)
    assert _verdict_of(step, rate="fast").status is Status.RAISED


def test_an_instructor_graded_step_cannot_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A derivation is left to the instructor: check says so, the summary lists it."""
    stage = Stage("01_unrolled", "Test", (ManualStep("derivation"), DOUBLE))
    monkeypatch.setattr("autograder.check.find_stage", lambda name: stage)
    check = Check("01_unrolled", {"double": lambda x: 2 * x})
    with pytest.raises(CheckFailed, match="graded by your instructor"):
        check("derivation")
    assert [verdict.name for verdict in check.verdicts()] == ["double"]


def test_random_state_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A student's function that draws or reseeds leaves the global generators as they were."""

    def draws(x: Tensor) -> Tensor:
        torch.manual_seed(0)
        random.seed(0)
        numpy.random.seed(0)
        return 2 * x + 0 * torch.rand(())

    stage = Stage("01_unrolled", "Test", (DOUBLE,))
    monkeypatch.setattr("autograder.check.find_stage", lambda name: stage)
    torch.manual_seed(5), random.seed(5), numpy.random.seed(5)
    expected = torch.rand(3), random.random(), numpy.random.rand()
    torch.manual_seed(5), random.seed(5), numpy.random.seed(5)
    Check("01_unrolled", {"double": draws})("double")
    assert torch.equal(torch.rand(3), expected[0])
    assert (random.random(), numpy.random.rand()) == expected[1:]


def test_a_gradient_step_needs_a_variable_of_its_graph() -> None:
    """A step for a variable that the graph lacks is refused when it is declared."""
    with pytest.raises(ValueError, match="the graph has no variable nothing"):
        GradientStep("dnothing", Graph())


def test_in_a_notebook_the_failure_is_one_line_under_the_story() -> None:
    """In IPython the story is displayed, and the error shows one line and no library frame."""
    shell = InteractiveShell.instance()
    try:
        shell.run_cell("from autograder import Check; check = Check('01_unrolled', globals())")
        from IPython.utils.capture import capture_output

        shell.user_ns.update(draw_inputs(torch.Generator().manual_seed(7)))
        shell.user_ns["dh"] = torch.zeros(32, 64, dtype=torch.float64)
        with capture_output() as captured:
            result = shell.run_cell("check('dh')")
        assert isinstance(result.error_in_exec, CheckFailed)
        (shown,) = captured.outputs
        assert "2048 of 2048 differ" in shown.data["text/plain"]
        assert "<b>wrong</b>" in shown.data["text/html"]
        assert result.error_in_exec._render_traceback_() == ["CheckFailed: ✗ dh is wrong"]
        assert "examine" not in captured.stdout and "examine" not in captured.stderr
    finally:
        InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("cell", "stale"),
    [
        ("dh = dlogits @ W2", True),
        ("dh = dlogits @ ", True),
        ("x = dh == 0; x.nothing", False),
        ("dh = dh; check('dh')", False),
        ("dh = dh", False),
    ],
)
def test_a_value_of_an_earlier_run_is_told_so(
    namespace: dict[str, Any], cell: str, stale: bool
) -> None:
    """Of a cell that failed nothing is left, and the check is about what was there before."""
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    try:
        shell.run_cell("from autograder import Check; check = Check('01_unrolled', globals())")
        for dh in (namespace["dh"], namespace["dh"] * 2):
            shell.user_ns.update({**namespace, "dh": dh})
            with capture_output():
                shell.run_cell(cell)
            with capture_output() as captured:
                shell.run_cell("check('dh')")
            (shown,) = captured.outputs
            assert ("of an earlier run" in shown.data["text/plain"]) is stale
            with capture_output() as captured:
                shell.run_cell("check('dh')")
            assert "of an earlier run" not in captured.outputs[0].data["text/plain"]
    finally:
        InteractiveShell.clear_instance()


def test_of_a_cell_that_failed_nothing_else_is_told(namespace: dict[str, Any]) -> None:
    """`dlogits` is begun and its second path failed: that no path is written is not true."""
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    try:
        shell.run_cell("from autograder import Check; check = Check('01_unrolled', globals())")
        shell.user_ns.update({**namespace, "torch": torch})
        cell = "dlogits = dnorm_logits.clone()\ndlogits += h"
        with capture_output():
            shell.run_cell(cell, store_history=True)
        with capture_output() as captured:
            shell.run_cell("check('dlogits')")
        (shown,) = captured.outputs
        assert shown.data["text/plain"].count("Note") == 1
        assert "of an earlier run" in shown.data["text/plain"]
    finally:
        InteractiveShell.clear_instance()


def test_several_names_are_too_many(check: CheckClass) -> None:
    """One step at a time, in one sentence."""
    with pytest.raises(CheckFailed) as raised:
        check("dh", "dW2")
    assert str(raised.value) == "one step at a time: check('dh'), then check('dW2')"


@pytest.mark.parametrize("answer", ["300", [300], 10**400, {}])
@pytest.mark.parametrize(
    ("stage", "name"), [("02_cross_entropy", "breaking_scale"), ("00_warmup", "good_step")]
)
def test_what_is_no_number_is_told_so(stage: str, name: str, answer: Any) -> None:
    """A text, a list, a number that no float holds: one sentence, and no Python error."""
    step = find_stage(stage).by_name[name]
    assert isinstance(step, PropertyStep)
    verdict = _verdict_of(step, **{**dict.fromkeys(step.inputs), name: answer})
    assert verdict.diagnosis is not None
    assert "should be one number" in verdict.diagnosis.message


def test_a_far_too_large_answer_is_not_made_again(
    check: CheckClass, namespace: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its shape says what is wrong, at once."""
    made = []
    monkeypatch.setattr("autograder.explain.run_again", lambda *_: made.append(1))
    namespace["_ih"] = ["", "db1 = torch.zeros(30000, 2700)"]
    namespace["db1"] = torch.zeros(1, dtype=torch.float64).expand(30000, 2700)
    assert "(30000, 2700) where (64,) is expected" in str(_failure(check, "db1"))
    assert not made


def test_without_ipython_the_exception_tells_the_whole_story() -> None:
    """In a plain script the message of the exception holds every finding."""
    code = (
        "import torch; from autograder import Check, CheckFailed\n"
        "from autograder.stages.unrolled import draw_inputs\n"
        "names = draw_inputs(torch.Generator().manual_seed(7))\n"
        "names['dh'] = torch.zeros(32, 64, dtype=torch.float64)\n"
        "Check('01_unrolled', names)('dh')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "2048 of 2048 differ" in done.stderr
    assert done.stdout == ""
