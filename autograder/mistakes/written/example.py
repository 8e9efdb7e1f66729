"""Mistakes in `example_gradient`."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["EXAMPLE"]

_TARGET = "the target's own part is missing: `y` has to come in somewhere"

_SIGN = "the sign: the loss falls when the target's logit rises"

_EXAMPLE = Formula(
    "example_gradient",
    "x, y",
    "p = {p}\nhot = {hot}\nreturn {sign} ({probs} {target}) {after}",
    {
        "p": "F.softmax(x, 0)",
        "hot": "one_hot(torch.tensor({index}), x)",
        "index": "y",
        "sign": "",
        "probs": "p",
        "target": "- hot",
        "after": "* 1.0",
    },
)

_PICK = "which entry is the target's? `y` tells"

_TAKEN_OFF = "something is taken off the target's entry; the entry is not replaced"

_WRONG_EXAMPLE = (
    edit("missing_branch", _TARGET, target=""),
    edit("missing_branch", "all logits move the loss, not the target's only", probs=""),
    edit("missing_branch", "all logits move the loss, not the target's only", after="* hot"),
    edit("missing_branch", "the target's own entry is missing", after="* (1 - hot)"),
    edit("wrong_sign", _SIGN, sign="-"),
    edit("wrong_sign", _SIGN, target="+ hot"),
    edit("wrong_sign", _SIGN, probs="", target="hot"),
    edit("wrong_sign", _SIGN, probs="-p"),
    edit(
        "wrong_index",
        _PICK,
        index=(
            "0",
            "x.argmax().item()",
            "x.argmin().item()",
            "len(x) - 1",
            "(y + 1) % len(x)",
            "(y - 1) % len(x)",
        ),
    ),
    edit("all_rows_indexed", "only one entry is the target's", hot="1"),
    edit(
        "wrong_constant",
        "how much is taken off at the target?",
        target=("- hot / len(x)", "- 2 * hot", "- hot / 2"),
    ),
    edit("wrong_index", "`y` says which entry is the target's", target="- y"),
    edit("wrong_constant", "a factor too many", after=("* 2", "/ 2")),
    edit("extra_mean_factor", "one example only: nothing is divided", after="/ len(x)"),
    edit("overwritten_accumulation", _TAKEN_OFF, target=("* (1 - hot) - hot", "* (1 - hot) + hot")),
    edit(
        "wrong_variable",
        "what is left must be probabilities: positive, with a sum of 1",
        p=("x", "x.exp()", "(x - x.max()).exp()", "(x - x.max())"),
    ),
    edit(
        "other_function",
        "what is left must be probabilities: positive, with a sum of 1",
        p=("F.log_softmax(x, 0)", "torch.sigmoid(x)", "-F.log_softmax(x, 0)", "F.softmax(-x, 0)"),
    ),
    edit(
        "wrong_variable",
        "taken off at the target is a constant",
        target=("- hot * x", "- 2 * hot * p"),
    ),
    edit("wrong_power", "the probabilities enter as they are", probs=("p**2", "p**0.5")),
    edit(
        "forward_value_returned",
        "this is the loss; asked for is its gradient",
        probs="-F.log_softmax(x, 0)[y]",
        target="",
    ),
    edit(
        "forward_value_returned",
        "these are logarithms of the probabilities",
        probs=("F.log_softmax(x, 0)", "-F.log_softmax(x, 0)"),
        target="",
        cost=2,
    ),
    edit(
        "missing_upstream",
        "this is how a probability moves; the loss is its logarithm",
        probs=("p * (1 - p)", "p * (hot - p)", "p[y] * (hot - p)", "p[y] * (p - hot)"),
        target="",
    ),
    edit(
        "other_function",
        "this is the gradient of a squared error",
        probs=("p * (p - hot)", "2 * (p - hot) * p", "(p - hot) * p * (1 - p)", "(p - hot)**2"),
        target="",
        cost=2,
    ),
    edit(
        "missing_local_derivative",
        "the loss is a logarithm of a softmax: only the first is here",
        probs=("-hot / p", "-1 / p", "-hot / p[y]", "-1 / p[y]"),
        target="",
    ),
    edit("extra_sum", "one number for each logit", after=(".sum()", "[y]")),
    edit(
        "missing_classes",
        "the one-hot row must be as long as `x`",
        hot="F.one_hot(torch.tensor(y)).to(x.dtype)",
    ),
)

EXAMPLE: tuple[Mistake, ...] = _EXAMPLE.mistakes(_WRONG_EXAMPLE)
