"""Every formula of the third hints is right, readable, and about the variables it names."""

import inspect
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.compare import Reference, compare
from autograder.draws import Kind, draw_stage
from autograder.hints import hint, written_hint
from autograder.hints.plain import plain_formula, plain_prose
from autograder.situation import make_situation
from autograder.stages import STAGES
from autograder.stages.training import right_backward
from autograder.steps import FunctionStep, GradientStep, PropertyStep, Stage, Step, ValueStep
from tests.hints.formulas import FORMULAS

STEPS = [(stage, step) for stage in STAGES.values() for step in stage.checked]
NAMES = [f"{stage.name}-{step.name}" for stage, step in STEPS]
every_step = pytest.mark.parametrize(("stage", "step"), STEPS, ids=NAMES)


def of_kind(*kinds: type) -> pytest.MarkDecorator:
    """The steps of these kinds."""
    pairs = [(stage, step) for stage, step in STEPS if isinstance(step, kinds)]
    names = [f"{stage.name}-{step.name}" for stage, step in pairs]
    return pytest.mark.parametrize(("stage", "step"), pairs, ids=names)


def agree(actual: Tensor, expected: Reference) -> bool:
    """Equal up to rounding, in the very shape."""
    return actual.shape == expected.value.shape and compare(actual, expected).passed


def on_names(formula: Callable[..., Any], namespace: dict[str, Any]) -> Any:
    """The formula for the variables that its parameters name."""
    return formula(*(namespace[name] for name in inspect.signature(formula).parameters))


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("seed", [1, 2])
@of_kind(GradientStep, ValueStep)
def test_the_formula_is_the_local_rule(stage: Stage, step: Step, seed: int, kind: Kind) -> None:
    """On random states with independent random upstream gradients it equals autograd."""
    generator = torch.Generator().manual_seed(seed)
    inputs = draw_stage(stage.name, generator, kind)
    # In one expression, and for the paths, the gradients have to belong to each other.
    together = isinstance(step, ValueStep)
    made = make_situation(stage, inputs, generator, consistent=together)
    namespace = {**made.values, **made.given, **made.right}
    if together:
        namespace |= {f"d{name}": g for name, g in _flow(stage, inputs).items()}
    actual = on_names(FORMULAS[stage.name][step.name], namespace)
    assert agree(actual, made.expected[step.name])
    assert not agree(-actual, made.expected[step.name])


def _flow(stage: Stage, inputs: dict[str, Any]) -> dict[str, Tensor]:
    graph = next(step.graph for step in stage.steps if isinstance(step, GradientStep))
    return {name: g for name, g in graph.gradients(inputs).items() if f"d{name}" not in inputs}


@of_kind(FunctionStep)
def test_the_formula_of_a_function_is_right(stage: Stage, step: FunctionStep) -> None:
    """On the check's random arguments each result equals the reference."""
    formula = FORMULAS[stage.name][step.name]
    for arguments in step.draw(torch.Generator().manual_seed(3)):
        results = formula(*arguments)
        given: Sequence[Tensor] = results if len(step.results) > 1 else [results]
        for actual, expected in zip(given, step.expected(*arguments), strict=True):
            assert agree(actual, expected)


def test_the_step_size_of_the_formula_is_good_enough() -> None:
    """The cube root of the rounding error passes the judge of the step."""
    step = STAGES["00_warmup"].by_name["good_step"]
    assert isinstance(step, PropertyStep)
    points = torch.linspace(0.9, 1.1, 41, dtype=torch.float64)
    size = FORMULAS["00_warmup"]["good_step"]()
    assert step.judge(size, lambda x: x * torch.sin(x), points) is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_breaking_scale_of_the_formula_breaks(seed: int) -> None:
    """Rounded up a little it passes the judge, for any logits; its numbers are those it says."""
    step = STAGES["02_cross_entropy"].by_name["breaking_scale"]
    assert isinstance(step, PropertyStep)
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(32, 27, generator=generator, dtype=torch.float64)
    assert (
        step.judge(FORMULAS["02_cross_entropy"]["breaking_scale"](logits) * 1.001, logits) is None
    )
    assert -(math.log(0.5) + math.log(4.94) - 324 * math.log(10)) == pytest.approx(745.13, abs=5e-3)


def test_the_update_of_the_formula_makes_the_loss_smaller() -> None:
    """A step against the gradient with the rate of the hint lowers the loss of its minibatch."""
    step = STAGES["04_training"].by_name["backward"]
    assert isinstance(step, FunctionStep)
    parameters, kept, Xb, Yb = step.draw(torch.Generator().manual_seed(0))[0]
    update = FORMULAS["04_training"]["parameters"]

    def loss(values: Sequence[Tensor]) -> float:
        C, W1, b1, W2, b2, bngain, bnbias = values
        hprebn = C[Xb].flatten(1) @ W1 + b1
        bnraw = (hprebn - hprebn.mean(0)) / (hprebn.var(0) + 1e-5).sqrt()
        return float(F.cross_entropy(torch.tanh(bngain * bnraw + bnbias) @ W2 + b2, Yb))

    gradients = right_backward(parameters, kept, Xb, Yb)
    for rate in (0.1, 0.01):
        moved = [update(p, g, rate) for p, g in zip(parameters, gradients, strict=True)]
        assert loss(moved) < loss(parameters)


@every_step
def test_the_formula_speaks_of_the_variables_it_is_made_of(stage: Stage, step: Step) -> None:
    """The names in the LaTeX and its letters are the parameters of the executable form."""
    written = written_hint(stage.name, step.name)
    latex = " ".join(written.formula)
    named = {name.replace(r"\_", "_") for name in re.findall(r"\\mathtt\{([^{}]*)\}", latex)}
    named |= set(written.letters.values())
    named |= {name for text in written.words.values() for name in re.findall(r"`(\w+)`", text)}
    named -= {step.name}
    parameters = set(inspect.signature(FORMULAS[stage.name][step.name]).parameters)
    if stage.name == "04_training":  # one function for all, and a rule for all of them
        assert {"Yb", "W2", "bngain"} <= named if step.name == "backward" else named == {"LOWERED"}
        return
    # A parameter besides these only gives a shape: that of the variable.
    variable = step.variable if isinstance(step, GradientStep) else step.name
    assert named <= parameters
    assert parameters <= named | {variable}
    for letter in written.letters:
        assert letter in latex, f"{letter} does not stand in the formula"


@every_step
def test_the_latex_can_be_typeset_and_read_out(stage: Stage, step: Step) -> None:
    """Only known commands, balanced braces; as text no command is left, and no code."""
    written = written_hint(stage.name, step.name)
    for formula in [*written.formula, *written.letters, *written.words]:
        text = plain_formula(formula)
        assert "\\" not in text and "{" not in text and "$" not in text
        assert text.count("(") == text.count(")")
        assert formula.count(r"\big(") == formula.count(r"\big)")
        assert formula.count(r"\Big(") == formula.count(r"\Big)")
    for prose in [written.rule, written.shapes, *written.words.values()]:
        assert "\\" not in plain_prose(prose)
        assert prose.count("$") % 2 == 0 and prose.count("`") % 2 == 0


@every_step
def test_no_hint_contains_code(stage: Stage, step: Step) -> None:
    """A hint is words and mathematics: no calls, no assignments, no operators of Python."""
    inputs = draw_stage(stage.name, torch.Generator().manual_seed(0), Kind.OWN)
    shown = hint(stage, step, 3, inputs)
    for code in ("torch.", "F.", "**", "@", ".sum", ".T", "keepdim", "==", "range(", "expand"):
        assert code not in re.sub(r"\*\*Hint .*?\*\*\n", "", shown.markdown)
    if step.name not in ("good_step", "breaking_scale"):
        assert "`0." not in re.sub(r"(?m)^- with.*$", "", shown.markdown)


def test_what_is_no_formula_of_the_hints_is_refused() -> None:
    """Unknown commands, open braces and other environments are errors, not garbled text."""
    for latex in (
        r"\sinh x",
        r"\frac{1}{2",
        r"x_{i",
        r"x}",
        r"\begin{matrix}1\end{matrix}",
        r"\begin{cases}1 & 2",
        r"\sqrt{2}",
        "x_",
    ):
        with pytest.raises(ValueError, match="not a formula of the hints"):
            plain_formula(latex)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\mathtt{dbnvar\_inv}_{j} = \sum_{i} a_{ij}", "dbnvar_inv_j = Σ_i a_ij"),
        (r"-\frac{1}{n}\,x", "-(1/n) x"),
        (r"\tfrac{n}{n - 1}", "(n/(n - 1))"),
        (r"\frac{\partial L}{\partial x_{i}}", "∂L/∂x_i"),
        (r"x^{-\frac{3}{2}}", "x^(-3/2)"),
        (r"\begin{cases}1 & \text{if } a = b\\ 0 & \text{otherwise}\end{cases}",
         "1 if a = b; 0 otherwise"),
        (r"\sqrt[3]{\varepsilon}", "ε^(1/3)"),
    ],
)  # fmt: skip
def test_formulas_are_read_out_as_on_paper(latex: str, text: str) -> None:
    """Subscripts, fractions, cases and roots, in one line of Unicode."""
    assert plain_formula(latex) == text
