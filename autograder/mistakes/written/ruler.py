"""Mistakes in `numerical_gradient`."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["RULER"]

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

RULER: tuple[Mistake, ...] = _RULER.mistakes(_WRONG_RULER)
