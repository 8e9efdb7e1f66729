"""Stage 01: `dlogprobs`, where the loss picks one entry of each row."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.operators import FLOOR, FLOORED
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.places import PLACE

__all__ = ["TARGETS"]

_PICK = "which entry of each row is meant, and which variable holds its index?"

_MEAN = "the loss is a mean over the examples: what is the share of each?"

_DLOGPROBS = Formula(
    "dlogprobs",
    "Xb, Yb, n, logits, probs, logprobs",
    "{value} * {hot}",
    {"value": "-1.0 / n", "hot": "one_hot({index}, logits)", "index": "Yb"},
).mistakes(
    PLACE,
    (
        edit("wrong_index", _PICK, index="logits.argmax(1)"),
        edit("missing_mean_factor", _MEAN, value="-1.0"),
        edit("wrong_constant", FLOORED, value="-1.0", needs=FLOOR),
        edit("wrong_sign", "the loss has a minus sign", value="1.0 / n"),
        edit("wrong_sign", "the loss has a minus sign", value="1.0", cost=2),
        edit("bessel", "a plain mean, without a correction", value="-1.0 / (n - 1)"),
        edit(
            "extra_mean_factor",
            _MEAN,
            value=("-1.0 / n**2", "-1.0 / logprobs.numel()", "-1.0 / n / (n - 1)"),
        ),
        edit(
            "wrong_constant",
            _MEAN,
            value=("-2.0 / n", "-0.5 / n", "-1.0 / logits.shape[1]", "-1.0 / (n + 1)"),
        ),
        edit(
            "precedence",
            "parentheses: Python divides before it subtracts",
            value="(-1.0 / n - 1)",
            cost=2,
        ),
        edit(
            "other_function",
            "only the targets' entries are in the loss",
            hot="torch.ones_like(logprobs)",
        ),
        edit("other_function", "only the targets' entries are in the loss", hot="(1.0 - {hot_})"),
        edit(
            "other_function",
            "only the targets' entries are in the loss",
            hot="torch.ones_like(logprobs) / logits.shape[1]",
            cost=2,
        ),
        edit(
            "missing_local_derivative",
            "what is the derivative of a picked entry? It is no variable",
            hot="logprobs",
        ),
        edit(
            "wrong_variable",
            "what is the derivative of a picked entry? It is no variable",
            hot=("logprobs * {hot_}", "probs * {hot_}", "logits * {hot_}", "probs", "logits"),
        ),
        edit("other_function", "the logarithm comes one step later", hot="{hot_} / probs"),
        edit(
            "other_function",
            "this belongs to the loss and softmax together",
            hot=("({hot_} - probs)", "(probs - {hot_})"),
            cost=1,
        ),
        edit(
            "broadcast_shape",
            "every entry of `logprobs` has a gradient",
            hot="torch.ones_like(logprobs[:, :1])",
        ),
        edit(
            "broadcast_shape",
            "every entry of `logprobs` has a gradient",
            hot=(
                "torch.ones_like(logprobs[:, 0])",
                "torch.ones_like(logprobs[0])",
                "torch.ones_like(logprobs[0, 0])",
            ),
            cost=2,
        ),
        edit(
            "missing_classes",
            "the one-hot rows must be as wide as the vocabulary",
            hot="F.one_hot(Yb).to(logits.dtype)",
        ),
    ),
)

TARGETS: tuple[Mistake, ...] = _DLOGPROBS
