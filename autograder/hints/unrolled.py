"""Hints of stage 01: indices $i$ for the example, $j$ for the column, as in the notebook.

Here parts 1 and 2 of the notebook, from the loss back to tanh; the rest is in `unrolled_input`.
"""

from collections.abc import Mapping

from autograder.hints import unrolled_input
from autograder.hints.hint import Hint

__all__ = ["HINTS"]

HINTS: Mapping[str, Hint] = {
    "dlogprobs": Hint(
        rule=(
            "*Indexing and a mean.* The loss reads one entry of each row. An entry that is not "
            "read does not move the loss. Each of the $n$ entries that are read has an equal share "
            "in the mean, and the loss is the *negative* mean. So begin with zeros in the shape "
            "of the variable, and put the share where an entry was read."
        ),
        formula=(
            r"\mathtt{dlogprobs}_{ij} = \begin{cases}-\frac{1}{n} & \text{if } j = "
            r"\mathtt{Yb}_{i}\\ 0 & \text{otherwise}\end{cases}",
        ),
        letters={"n": "n"},
    ),
    "dprobs": Hint(
        rule=(
            "*A function entry by entry.* The chain rule is a product of two numbers, for each "
            "entry by itself: the upstream gradient times the derivative of the function. What is "
            "the derivative of the logarithm, and at which variable is it taken?"
        ),
        formula=(r"\mathtt{dprobs}_{ij} = \frac{1}{\mathtt{probs}_{ij}}\,\mathtt{dlogprobs}_{ij}",),
    ),
    "dcounts_sum_inv": Hint(
        rule=(
            "*A product, and a broadcast.* For one factor of a product the local derivative is the "
            "*other* factor. And the one number of a row was used in every column: copies "
            "forwards, so a sum over the copies backwards. First the product, then the sum."
        ),
        formula=(
            r"\mathtt{dcounts\_sum\_inv}_{i} = \sum_{j} \mathtt{dprobs}_{ij}\,\mathtt{counts}_{ij}",
        ),
    ),
    "dcounts_sum": Hint(
        rule=(
            "*A power.* The derivative of $x^{k}$ is $k\\,x^{k-1}$, also for $k = -1$. It is taken "
            "at the variable that went in, and multiplied by the upstream gradient, entry by "
            "entry. Mind the sign."
        ),
        formula=(
            r"\mathtt{dcounts\_sum}_{i} = -\mathtt{counts\_sum}_{i}^{-2}\,"
            r"\mathtt{dcounts\_sum\_inv}_{i}",
        ),
    ),
    "dcounts": Hint(
        rule=(
            "*Two branches.* The variable is used twice, so two contributions are added. One comes "
            "through a product: upstream gradient times the other factor. The other comes through "
            "a sum: each term of a sum gets the upstream gradient of the sum as it is, the same "
            "number for the whole row."
        ),
        formula=(
            r"\mathtt{dcounts}_{ij} = \mathtt{dprobs}_{ij}\,\mathtt{counts\_sum\_inv}_{i} + "
            r"\mathtt{dcounts\_sum}_{i}",
        ),
    ),
    "dnorm_logits": Hint(
        rule=(
            "*A function entry by entry.* The exponential is its own derivative, so the local "
            "derivative is there already: it is the *result* of the forward operation."
        ),
        formula=(r"\mathtt{dnorm\_logits}_{ij} = \mathtt{counts}_{ij}\,\mathtt{dcounts}_{ij}",),
    ),
    "dlogit_maxes": Hint(
        rule=(
            "*A subtraction, and a broadcast.* What is subtracted has the local derivative $-1$. "
            "The one number of a row was subtracted in every column, so the contributions of the "
            "columns are summed. That the sum cancels to rounding is right; write the rule all "
            "the same, not a zero."
        ),
        formula=(r"\mathtt{dlogit\_maxes}_{i} = -\sum_{j} \mathtt{dnorm\_logits}_{ij}",),
    ),
    "dlogits": Hint(
        rule=(
            "*Two branches.* Through the subtraction the gradient passes as it is (local "
            "derivative $+1$). A maximum is a switch: of each row only the largest entry gets "
            "anything, and it gets the whole upstream gradient of the maximum. Add the two, and "
            "do not change the gradient you begin with: copy it first."
        ),
        formula=(
            r"\mathtt{dlogits}_{ij} = \mathtt{dnorm\_logits}_{ij} + "
            r"\mathbf{1}[\,j = m_{i}\,]\;\mathtt{dlogit\_maxes}_{i}",
            r"m_{i} = \arg\max_{k}\,\mathtt{logits}_{ik}",
        ),
        words={r"\mathbf{1}[\dots]": "1 if it is true, 0 if not"},
    ),
    "dh": Hint(
        rule=(
            "*A matrix product.* The gradient of one factor is a matrix product again: of the "
            "upstream gradient and the *other* factor, one of them transposed. Only one order and "
            "one transpose give the shape of the variable; the dimension that is summed over is "
            "the one that the variable does not have."
        ),
        formula=(r"\mathtt{dh}_{ik} = \sum_{j} \mathtt{dlogits}_{ij}\,\mathtt{W2}_{kj}",),
    ),
    "dW2": Hint(
        rule=(
            "*A matrix product.* Each weight is used for every example, so the sum runs over the "
            "examples. It is a matrix product of the layer's input and the upstream gradient, one "
            "of them transposed, so that the shape of the variable comes out."
        ),
        formula=(r"\mathtt{dW2}_{kj} = \sum_{i} \mathtt{h}_{ik}\,\mathtt{dlogits}_{ij}",),
    ),
    "db2": Hint(
        rule=(
            "*An addition, and a broadcast.* An addition passes the gradient as it is. The bias "
            "was added to every row: copies forwards, so a sum over the rows backwards, and the "
            "variable has one dimension only."
        ),
        formula=(r"\mathtt{db2}_{j} = \sum_{i} \mathtt{dlogits}_{ij}",),
    ),
    "dhpreact": Hint(
        rule=(
            "*A function entry by entry.* The derivative of tanh can be written with its own "
            "*result*: one minus the square of it. Multiply by the upstream gradient, and put "
            "brackets around the difference before you do."
        ),
        formula=(r"\mathtt{dhpreact}_{ij} = (1 - \mathtt{h}_{ij}^{2})\,\mathtt{dh}_{ij}",),
    ),
    **unrolled_input.HINTS,
}
