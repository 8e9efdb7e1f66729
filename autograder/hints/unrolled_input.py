"""Hints of stage 01, parts 3 and 4 of the notebook: batch norm, first layer and embedding."""

from collections.abc import Mapping

from autograder.hints.hint import Hint

__all__ = ["HINTS"]

_EPSILON = {r"\epsilon": "the small constant of the forward pass, $10^{-5}$"}

HINTS: Mapping[str, Hint] = {
    "dbngain": Hint(
        rule=(
            "*A product, and a broadcast.* The local derivative for one factor is the other one. "
            "The gain of a column was used for every example, so the products are summed over the "
            "examples, and the dimension stays with size 1."
        ),
        formula=(r"\mathtt{dbngain}_{j} = \sum_{i} \mathtt{dhpreact}_{ij}\,\mathtt{bnraw}_{ij}",),
    ),
    "dbnraw": Hint(
        rule=(
            "*A product.* The local derivative for one factor is the other one. Each entry of this "
            "factor is used once, so nothing is summed; the other factor broadcasts by itself."
        ),
        formula=(r"\mathtt{dbnraw}_{ij} = \mathtt{dhpreact}_{ij}\,\mathtt{bngain}_{j}",),
    ),
    "dbnbias": Hint(
        rule=(
            "*An addition, and a broadcast.* The addition passes the gradient as it is; the copies "
            "over the examples make a sum over the examples, whose dimension stays with size 1."
        ),
        formula=(r"\mathtt{dbnbias}_{j} = \sum_{i} \mathtt{dhpreact}_{ij}",),
    ),
    "dbnvar_inv": Hint(
        rule=(
            "*A product, and a broadcast.* Upstream gradient times the other factor, entry by "
            "entry. The one number of a column was used for every example: sum over the examples, "
            "and keep the dimension with size 1."
        ),
        formula=(
            r"\mathtt{dbnvar\_inv}_{j} = \sum_{i} \mathtt{dbnraw}_{ij}\,\mathtt{bndiff}_{ij}",
        ),
    ),
    "dbnvar": Hint(
        rule=(
            "*A power.* The derivative of $x^{k}$ is $k\\,x^{k-1}$, here with $k = -\\frac{1}{2}$. "
            "It is taken at what was raised to the power, which is the variance *and* the small "
            "constant, and multiplied by the upstream gradient."
        ),
        formula=(
            r"\mathtt{dbnvar}_{j} = -\tfrac{1}{2}\,(\mathtt{bnvar}_{j} + \epsilon)^{-\frac{3}{2}}"
            r"\,\mathtt{dbnvar\_inv}_{j}",
        ),
        words=_EPSILON,
    ),
    "dbndiff2": Hint(
        rule=(
            "*A sum with a constant factor.* A sum forwards is copies backwards: each term gets "
            "the upstream gradient of the sum, times the factor in front of it (which $n$ was it, "
            "after Bessel?). The copies must really be there: the answer has the shape of the "
            "variable."
        ),
        formula=(r"\mathtt{dbndiff2}_{ij} = \frac{1}{n - 1}\,\mathtt{dbnvar}_{j}",),
        letters={"n": "n"},
    ),
    "dbndiff": Hint(
        rule=(
            "*Two branches.* Add what comes back through each consumer. Through the product: "
            "upstream gradient times the other factor. Through the square: upstream gradient "
            "times the derivative of a square."
        ),
        formula=(
            r"\mathtt{dbndiff}_{ij} = \mathtt{dbnraw}_{ij}\,\mathtt{bnvar\_inv}_{j} + "
            r"2\,\mathtt{bndiff}_{ij}\,\mathtt{dbndiff2}_{ij}",
        ),
    ),
    "dbnmeani": Hint(
        rule=(
            "*A subtraction, and a broadcast.* What is subtracted has the local derivative $-1$. "
            "The mean of a column was subtracted from every example: sum over the examples, and "
            "keep the dimension with size 1."
        ),
        formula=(r"\mathtt{dbnmeani}_{j} = -\sum_{i} \mathtt{dbndiff}_{ij}",),
    ),
    "dhprebn": Hint(
        rule=(
            "*Two branches.* Through the subtraction the gradient passes as it is. Through the "
            "mean each of the $n$ terms gets an equal share of the upstream gradient of the mean, "
            "the same for the whole column. Add the two, and copy before you add in place."
        ),
        formula=(
            r"\mathtt{dhprebn}_{ij} = \mathtt{dbndiff}_{ij} + \tfrac{1}{n}\,\mathtt{dbnmeani}_{j}",
        ),
        letters={"n": "n"},
    ),
    "dembcat": Hint(
        rule=(
            "*A matrix product.* The upstream gradient and the *other* factor, one of them "
            "transposed. Find the one way in which the shapes fit and the shape of the variable "
            "comes out."
        ),
        formula=(r"\mathtt{dembcat}_{ik} = \sum_{j} \mathtt{dhprebn}_{ij}\,\mathtt{W1}_{kj}",),
    ),
    "dW1": Hint(
        rule=(
            "*A matrix product.* Each weight is used for every example, so the sum runs over the "
            "examples: the layer's input and the upstream gradient, one of them transposed."
        ),
        formula=(r"\mathtt{dW1}_{kj} = \sum_{i} \mathtt{embcat}_{ik}\,\mathtt{dhprebn}_{ij}",),
    ),
    "db1": Hint(
        rule=(
            "*An addition, and a broadcast.* As for the other bias: the gradient passes, and the "
            "copies over the examples are summed. Batch norm takes the mean away again, so the sum "
            "comes out as rounding; write the rule all the same."
        ),
        formula=(r"\mathtt{db1}_{j} = \sum_{i} \mathtt{dhprebn}_{ij}",),
    ),
    "demb": Hint(
        rule=(
            "*A view.* Nothing is computed, numbers only get other indices; so the gradient is the "
            "same numbers with their old indices back. The order of the dimensions matters: the "
            "shape is that of the variable."
        ),
        formula=(r"\mathtt{demb}_{i,p,e} = \mathtt{dembcat}_{i,\,E p + e}",),
        words={
            "p": "the position in the context",
            "e": "the component of an embedding",
            "E": "the number of components",
        },
    ),
    "dC": Hint(
        rule=(
            "*Gather forwards, scatter-add backwards.* Begin with zeros in the shape of the table. "
            "Each place that looked a row up sends its gradient back to that row, and what arrives "
            "at one row is *added*, however many places it came from. A row that was never looked "
            "up keeps its zeros."
        ),
        formula=(
            r"\mathtt{dC}_{r,e} = \sum_{(i,p)\,:\;\mathtt{Xb}_{ip} = r} \mathtt{demb}_{i,p,e}",
        ),
        words={"r": "a row of the table, that is, a character"},
    ),
}
