"""Hints of stage 02: $x$ are the logits, $p$ the probabilities, as in the notebook."""

from collections.abc import Mapping

from autograder.hints.hint import Hint

__all__ = ["HINTS"]

_INDICATOR = {r"\mathbf{1}[\dots]": "1 if it is true, 0 if not"}

HINTS: Mapping[str, Hint] = {
    "probs": Hint(
        rule="*Softmax, row by row.* Take the exponential of every logit and divide by the sum of "
        "its row, so that each row adds up to 1. Any number may be taken from a whole row first; "
        "with the largest of the row nothing can overflow.",
        formula=(r"p_{ij} = \frac{e^{x_{ij}}}{\sum_{k} e^{x_{ik}}}",),
        letters={"x": "logits"},
        words={"p": "`probs`"},
    ),
    "softmax_jacobian": Hint(
        rule="*Two cases, one matrix.* A probability answers to its own logit with one formula "
        "(the diagonal) and to each other logit with another. The second holds for every pair of "
        "entries; what the diagonal has besides is the probability itself.",
        formula=(r"J_{ij} = p_{i}\,(\mathbf{1}[\,i = j\,] - p_{j})",),
        words={"p": "the softmax of the argument `x`", **_INDICATOR},
    ),
    "example_gradient": Hint(
        rule="*The sum has one term.* Of all probabilities the loss reads the target's only, so "
        "only one row of the Jacobian is needed. Multiplied by the gradient of the logarithm, its "
        "factor cancels. What is left: the probabilities, with something taken away from one of "
        "them.",
        formula=(r"\frac{\partial \ell}{\partial x_{j}} = p_{j} - \mathbf{1}[\,j = y\,]",),
        letters={"x": "x", "y": "y"},
        words={"p": "the softmax of `x`", **_INDICATOR},
    ),
    "dlogits": Hint(
        rule="*All examples at once.* Each row is the gradient of its own example: the "
        "probabilities, less 1 at the target. The mean over the batch gives every row the same "
        "factor. Tell the one-hot rows how many classes there are.",
        formula=(
            r"\frac{\partial L}{\partial x_{ij}} = \frac{1}{n}\,"
            r"\big(p_{ij} - \mathbf{1}[\,j = y_{i}\,]\big)",
        ),
        letters={"x": "logits", "y": "Yb", "n": "n"},
        words={"p": "the softmax of each row of `logits`", **_INDICATOR},
    ),
    "breaking_scale": Hint(
        shapes="The answer is one positive number: what `logits` are multiplied by.",
        rule="*When a probability is rounded to 0.* The logit that lies deepest below the maximum "
        "of its row decides. Scaled, its distance from the maximum grows in proportion, and its "
        "exponential becomes 0 in float64 when it is less than half of the smallest positive "
        "number. Halving an interval finds the place as well.",
        formula=(
            r"\text{scale} \cdot \max_{i,j}\big(\max_{k} x_{ik} - x_{ij}\big) \approx "
            r"-\ln\big(\tfrac{1}{2} \cdot 4.94 \cdot 10^{-324}\big) \approx 745.13",
        ),
        letters={"x": "logits"},
        words={r"\text{scale}": "`breaking_scale`, rounded up a little"},
    ),
    "logsumexp": Hint(
        rule="*Take the largest out.* A factor may be taken out of the sum, which leaves the "
        "logarithm as a term in front. Choose it for each row so that no exponent is above 0 and "
        "one of them is exactly 0. Mind the shapes: one number for each row.",
        formula=(
            r"\operatorname{logsumexp}(x_{i}) = c_{i} + \log \sum_{j} e^{x_{ij} - c_{i}}",
            r"c_{i} = \max_{j} x_{ij}",
        ),
        letters={"x": "x"},
    ),
}
