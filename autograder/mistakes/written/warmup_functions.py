"""Mistakes in the functions of stage 00: the ruler, and the way back from a broadcast."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["FUNCTIONS"]

_RULER = Formula(
    "numerical_gradient",
    "function, x, step",
    """gradient = torch.zeros_like(x)
for i in range(x.numel()):
    above, below = x.clone(), x.clone()
    above.view(-1)[i] {up}
    below.view(-1)[i] {down}
    {place} = {quotient}
return {after}""",
    {
        "up": "+= step",
        "down": "-= step",
        "place": "gradient.view(-1)[i]",
        "quotient": "{difference} / {width}",
        "difference": "({high} - {low})",
        "high": "function(above)",
        "low": "function(below)",
        "width": "(2 * step)",
        "after": "gradient",
    },
)
_WIDTH = "how far apart are the two places at which the function is measured?"
_SIDES = "a central difference looks to both sides of `x`"
_ONE = "one entry of `x` is moved at a time, and each has a slope of its own"
_PARENTHESES = "parentheses: the whole difference is divided by the whole width"
_WRONG_RULER = (
    edit("one_sided", _SIDES, down="+= 0", width=("step", "(2 * step)")),
    edit("one_sided", _SIDES, up="+= 0", width=("step", "(2 * step)")),
    edit("wrong_constant", _WIDTH, width=("step", "(step / 2)", "(3 * step)", "(4 * step)", "2")),
    edit("wrong_constant", _WIDTH, up="+= step / 2", down="-= step / 2"),
    edit(
        "wrong_constant", _WIDTH, up="+= 2 * step", down="-= 2 * step", width=("(2 * step)", "step")
    ),
    edit("wrong_constant", _WIDTH, up="+= 2 * step"),
    edit("wrong_power", _WIDTH, width=("step**2", "(2 * step**2)", "(2 * step) ** 2")),
    edit(
        "wrong_sign",
        "a slope: the value above minus the value below",
        high="function(below)",
        low="function(above)",
    ),
    edit(
        "wrong_sign",
        "a slope: the value above minus the value below",
        difference="({high} + {low})",
    ),
    edit("wrong_sign", "a slope may be negative", quotient="{difference}.abs() / {width}"),
    edit("wrong_sign", _SIDES, down="+= step"),
    edit(
        "missing_local_derivative",
        "a slope is a difference for each unit of the step",
        width=("1", "x.numel()"),
    ),
    edit(
        "precedence",
        _PARENTHESES,
        quotient=(
            "({high} - {low}) / 2 * step",
            "{high} - {low} / (2 * step)",
            "{high} - {low} / 2 * step",
            "({high} - {low}) * 2 * step",
        ),
    ),
    edit(
        "other_function",
        "this is a second derivative",
        quotient="({high} - 2 * function(x) + {low}) / step**2",
    ),
    edit(
        "other_function",
        "a slope, not a ratio of values",
        quotient=("{high} / {low}", "({high} - {low}) / function(x)", "({high} + {low}) / 2"),
    ),
    edit("overwritten_accumulation", _ONE, place="gradient[...]"),
    edit("overwritten_accumulation", _ONE, place="gradient.view(-1)[0]"),
    edit("wrong_index", _ONE, place="gradient.view(-1)[-1 - i]"),
    edit(
        "wrong_index",
        "every entry is moved once: where does the count begin and end?",
        quotient=(
            "{difference} / {width} * (i > 0)",
            "{difference} / {width} * (i < x.numel() - 1)",
            "{difference} / {width} * (i == 0)",
        ),
    ),
    edit("extra_sum", _ONE, after="(function(x + step) - function(x - step)) / (2 * step)"),
    edit(
        "extra_sum",
        _ONE,
        after="torch.zeros_like(x) + (function(x + step) - function(x - step)) / (2 * step)",
    ),
    edit("extra_sum", _ONE, after=("gradient.sum()", "gradient.mean()")),
    edit("wrong_layout", "the gradient has the shape of `x`", after="gradient.flatten()"),
    edit("extra_mean_factor", "each slope stands for itself", after="gradient / x.numel()"),
    edit(
        "zero_answer",
        "the entries were moved in a copy that nobody reads",
        cost=0,
        after="torch.zeros_like(x)",
    ),
    edit(
        "forward_value_returned",
        "this is the value of the function, not its slope",
        after=("function(x)", "torch.zeros_like(x) + function(x)"),
    ),
    edit("forward_value_returned", "this is where the slope is to be measured", after="x"),
)

_UNBROADCAST = Formula(
    "unbroadcast",
    "gradient, shape",
    """given = gradient
while gradient.ndim > len(shape):
    gradient = gradient.{extra}
for dimension, size in {order}:
    if {which}:
        gradient = gradient.{kept}
return {after}""",
    {
        "extra": "sum(0)",
        "order": "enumerate(shape)",
        "which": "size == 1",
        "kept": "sum(dimension, keepdim=True)",
        "after": "gradient",
    },
)
_SUMMED = "every dimension that was broadcast is summed: the new ones in front, and those of size 1"
_SHAPE = "the result has the shape that is asked for, dimensions of size 1 included"
_WRONG_UNBROADCAST = (
    edit("missing_sum", _SUMMED, after="given"),
    edit("missing_sum", _SUMMED, which="False"),
    edit(
        "missing_sum",
        _SUMMED,
        which=(
            "size == 1 and dimension == 0",
            "size == 1 and dimension > 0",
            "size == 1 and dimension == len(shape) - 1",
        ),
    ),
    edit(
        "mean_instead_of_sum",
        "copies add up: a sum, not a mean",
        extra=("mean(0)", "sum(0)"),
        kept=("mean(dimension, keepdim=True)", "sum(dimension, keepdim=True)"),
    ),
    edit(
        "other_function",
        "copies add up: no other reduction",
        extra="amax(0)",
        kept="amax(dimension, keepdim=True)",
    ),
    edit(
        "wrong_axis",
        "new dimensions are put in front: over which is the sum?",
        extra=("sum(-1)", "sum(1)"),
    ),
    edit(
        "wrong_axis",
        "which dimension was broadcast: the one of size 1",
        kept=("sum(0, keepdim=True)", "sum(-1, keepdim=True)", "sum(1, keepdim=True)"),
    ),
    edit(
        "wrong_axis",
        "which dimension was broadcast: the one of size 1",
        after="given.sum(0, keepdim=True) if tuple(given.shape) != tuple(shape) else given",
    ),
    edit(
        "wrong_axis",
        "which dimension was broadcast: the one of size 1",
        after=(
            "given.sum(0) if tuple(given.shape) != tuple(shape) else given",
            "given.sum(-1, keepdim=True) if tuple(given.shape) != tuple(shape) else given",
        ),
    ),
    edit(
        "extra_sum",
        "only what was broadcast is summed",
        which=("True", "size != 1", "size != given.shape[dimension]"),
    ),
    edit(
        "extra_sum",
        "only what was broadcast is summed",
        after=(
            "given.sum()",
            "given.sum().expand(shape)",
            "given.sum(0)",
            "given.sum(0, keepdim=True)",
            "given.mean()",
        ),
    ),
    edit(
        "wrong_layout",
        "what does not fit is summed, not cut off or arranged anew",
        after=(
            "given.reshape(-1)[: torch.Size(shape).numel()].reshape(shape)",
            "given.reshape(-1)[-torch.Size(shape).numel() :].reshape(shape)",
            "given.reshape(torch.Size(shape).numel(), -1).sum(1).reshape(shape)",
            "given.reshape(-1, torch.Size(shape).numel()).sum(0).reshape(shape)",
        ),
    ),
    edit("wrong_index", "all copies count, not one of them", extra="select(0, 0)"),
    edit("wrong_index", "all copies count, not one of them", kept="narrow(dimension, 0, 1)"),
    edit(
        "wrong_index",
        "all copies count, not one of them",
        extra="select(0, 0)",
        kept="narrow(dimension, 0, 1)",
    ),
    edit("wrong_index", "all copies count, not one of them", extra="select(0, -1)"),
    edit(
        "missing_upstream",
        "the gradient that comes in is missing",
        after=(
            "torch.ones(shape, dtype=given.dtype)",
            "torch.ones(shape, dtype=given.dtype) * given.numel() / torch.Size(shape).numel()",
        ),
    ),
    edit("zero_answer", _SUMMED, after="torch.zeros(shape, dtype=given.dtype)"),
    edit(
        "wrong_constant",
        "which dimensions are summed? Those of one certain size",
        which=("size == 3", "size == 4", "size == 2", "size <= 2", "size <= 3"),
    ),
    edit("wrong_shape", _SHAPE, kept="sum(dimension)"),
    edit(
        "wrong_shape", _SHAPE, after=("gradient.squeeze()", "gradient.flatten()", "gradient[None]")
    ),
    edit(
        "wrong_shape",
        _SHAPE,
        extra="sum(0, keepdim=True).squeeze(0)",
        after="gradient.expand(given.shape)",
        cost=2,
    ),
    edit("wrong_sign", "copies add up, with the sign that they have", after="-gradient"),
    edit(
        "branch_twice",
        "every dimension is summed once",
        after="gradient * (given.shape[0] if given.ndim > len(shape) else 1)",
        cost=2,
    ),
)

FUNCTIONS: tuple[Mistake, ...] = (
    *_RULER.mistakes(_WRONG_RULER),
    *_UNBROADCAST.mistakes(_WRONG_UNBROADCAST),
)
