"""What goes wrong in the gradient of softmax and cross entropy in one expression.

It occurs in stage 02 and in the backward pass of stage 04; the steps say what their parts are.
"""

from autograder.mistakes.operators import COLUMNS, FLOOR, FLOORED
from autograder.mistakes.written.formula import Edit, edit

__all__ = ["BODY", "PARTS", "SOFTMAX"]

BODY = "{sign} ({probs} {target}) {share}"
PARTS = {
    "sign": "",
    "probs": "F.softmax(logits, {dim})",
    "dim": "1",
    "target": "- {hot}",
    "hot": "one_hot({index}, logits)",
    "index": "Yb",
    "share": "/ n",
}

_TARGET = "the target's own part is missing: `Yb` has to come in somewhere"
_PROBS = (
    "the probabilities are missing: every character's logit has a gradient, not the target's only"
)
_SIGN = "the sign: the loss falls when the target's logit rises"
_MEAN = "the loss is a mean over the examples: a factor is missing"
_SHARE = "the loss is a mean over the examples: one division by their number, not more"
_NUMBER = "by what is divided? The loss is a mean over the examples of the minibatch"
_ROWS = "in each row the distribution belongs to one example: over which dimension is the softmax?"
_NORMALIZED = "what is left of the target's part must be probabilities: positive, with a sum of 1"
_PARENTHESES = "Python divides before it subtracts: what is to be divided?"
_PICK = "which entry of each row is the target's? `Yb` tells"
_LOWERED = "in each row only the target's entry is lowered by 1, and no other entry"
_PAIRS = "`[:, Yb]` takes these columns in all rows; here one entry of each row is meant"
_TAKEN_OFF = "something is taken off the target's entry; the entry is not replaced"
_ONE = "how much is taken off at the target?"

# Every row loses at these columns: at all that are targets, as often as they are, at all there are.
_ALL_ROWS = ("({hot_}.sum(0) > 0)*1.0", "{hot_}.sum(0)", "1")

SOFTMAX: tuple[Edit, ...] = (
    edit("missing_branch", _TARGET, target=""),
    edit("missing_branch", _TARGET, target="", share="", cost=2),
    edit("missing_branch", _PROBS, probs=""),
    edit("missing_branch", _PROBS, probs="", share="", cost=2),
    edit("wrong_sign", _SIGN, sign="-"),
    edit("wrong_sign", _SIGN, target="+ {hot}"),
    edit("wrong_sign", _SIGN, sign="-", target="+ {hot}", cost=2),
    edit("wrong_sign", _SIGN, probs="", target="{hot}"),
    edit("missing_mean_factor", _MEAN, share=""),
    edit("extra_mean_factor", _SHARE, share=("/ n / n", "/ logits.numel()")),
    edit("bessel", "the loss is a plain mean, without a correction", share="/ (n - 1)"),
    edit("wrong_constant", FLOORED, target="{target_}", share="// n", needs=FLOOR),
    edit("wrong_constant", FLOORED, probs="", needs=FLOOR),
    edit("wrong_constant", _NUMBER, share=("/ logits.shape[1]", "/ (n + 1)", "/ n * 2", "/ n / 2")),
    edit("wrong_axis", _ROWS, dim="0"),
    edit(
        "extra_sum",
        _ROWS,
        probs=(
            "logits.exp() / logits.exp().sum()",
            "F.softmax(logits.flatten(), 0).view(logits.shape)",
        ),
    ),
    edit(
        "wrong_variable",
        _NORMALIZED,
        probs=(
            "logits",
            "logits.exp()",
            "(logits - {top}).exp()",
            "(logits - {top})",
            "logits.softmax(1).exp()",
            "logits.softmax(1).softmax(1)",
        ),
    ),
    edit(
        "other_function",
        _NORMALIZED,
        probs=(
            "F.log_softmax(logits, 1)",
            "torch.sigmoid(logits)",
            "torch.tanh(logits)",
            "-F.log_softmax(logits, 1)",
            "F.softmax(-logits, 1)",
        ),
    ),
    edit(
        "wrong_power",
        _NORMALIZED,
        probs=("F.softmax(logits, 1) ** 2", "F.softmax(logits, 1) ** 0.5"),
    ),
    edit(
        "other_function",
        "this is the gradient of a squared error; the loss is a logarithm",
        share=("* {p} * (1 - {p}) / n", "* {p} / n", "* (1 - {p}) / n"),
    ),
    edit(
        "missing_upstream",
        "softmax alone has another derivative: where is the loss?",
        probs="{p} * (1 - {p})",
        target="",
    ),
    edit("missing_branch", "only the target's entries have a gradient here", share="* {hot} / n"),
    edit("missing_branch", "the target's entries have no gradient here", share="* (1 - {hot}) / n"),
    edit("precedence", _PARENTHESES, probs="n * {probs_}"),
    edit("precedence", _PARENTHESES, target="- n * {hot}"),
    edit("missing_mean_factor", _MEAN, target="- n * {hot}", source="(?s)/ ?n.*-= ?1"),
    edit(
        "wrong_index",
        _PICK,
        index=(
            "logits.argmax(1)",
            "logits.argmin(1)",
            "Yb.flip(0)",
            "Yb.roll(1)",
            "Yb.roll(-1)",
            "Yb * 0",
            "(Yb + 1) % logits.shape[1]",
            "(Yb - 1) % logits.shape[1]",
            "(Yb * 0 + torch.arange(n)) % logits.shape[1]",
        ),
    ),
    edit("wrong_index", _PICK, hot="one_hot(Yb[:1], logits)"),
    edit(
        "wrong_index",
        "rows are examples, columns are characters: in which order?",
        hot="torch.zeros_like(logits).index_put((Yb, torch.arange(n)), logits.new_ones(()))",
    ),
    edit("all_rows_indexed", _PAIRS, hot=_ALL_ROWS, needs=COLUMNS),
    edit("wrong_index", _LOWERED, hot=_ALL_ROWS),
    edit("overwritten_accumulation", _TAKEN_OFF, target="* (1 - {hot}) - {hot}"),
    edit("overwritten_accumulation", _TAKEN_OFF, target="* (1 - {hot}) - n * {hot}"),
    edit("overwritten_accumulation", _TAKEN_OFF, target="* (1 - {hot}) - {hot} / n"),
    edit("overwritten_accumulation", _TAKEN_OFF, target="* (1 - {hot}) + {hot}"),
    edit("zero_answer", _TAKEN_OFF, target="* 0", cost=2),
    edit(
        "wrong_constant",
        _ONE,
        target=(
            "- {hot} / n",
            "- {hot} / logits.shape[1]",
            "- 2 * {hot}",
            "- {hot} / 2",
            "- {hot} * n / (n - 1)",
        ),
    ),
    edit(
        "wrong_variable",
        "taken off at the target is a constant, not a variable",
        target=("- {hot} * logits", "- 2 * {hot} * {probs}"),
    ),
    edit(
        "wrong_variable",
        _PICK,
        target=("- Yb[:, None]", "- Yb[:, None].to(logits.dtype) / logits.shape[1]"),
    ),
)

PARTS |= {"top": "logits.max(1, keepdim=True).values", "p": "F.softmax(logits, 1)"}
