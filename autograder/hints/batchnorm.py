"""Hints of stage 03: one column, in the letters of the notebook's table."""

from collections.abc import Mapping

from autograder.hints.hint import Hint

__all__ = ["HINTS"]

_EPSILON = {r"\varepsilon": "$10^{-5}$"}
_R = r"\frac{\partial L}{\partial r_{i}}"

HINTS: Mapping[str, Hint] = {
    "dbnraw": Hint(
        rule="*A product.* The output is the gain times `bnraw`, and the bias: the local "
        "derivative is the gain. It broadcasts over the rows by itself, and nothing is summed.",
        formula=(rf"{_R} = \gamma\,g_{{i}}",),
        letters={r"\gamma": "bngain", "g": "dhpreact"},
    ),
    "dbnvar": Hint(
        rule="*A power, a product and a broadcast.* The variance acts on every entry of its "
        "column, so there is a sum over the examples. Along the way: from `bnraw` to the factor "
        "`bnvar_inv` (the other factor is the distance from the mean), then from `bnvar_inv` to "
        "the variance (a power of $-\\frac{1}{2}$, with the small constant inside).",
        formula=(
            r"\frac{\partial L}{\partial v} = -\tfrac{1}{2}\,s^{3} \sum_{i} "
            rf"{_R}\,(x_{{i}} - \mu)",
        ),
        letters={"s": "bnvar_inv", "x": "hprebn", r"\mu": "bnmeani", _R: "dbnraw"},
    ),
    "dbnmeani": Hint(
        rule="*Two branches, one of them empty.* The mean acts directly on every entry of its "
        "column, with a minus sign and the factor that stands outside the bracket; and through "
        "the variance, which is smallest exactly at the mean, so that this road carries nothing. "
        "Sum over the examples, and keep the dimension.",
        formula=(rf"\frac{{\partial L}}{{\partial \mu}} = -s \sum_{{i}} {_R}",),
        letters={"s": "bnvar_inv", _R: "dbnraw"},
    ),
    "dhprebn_paths": Hint(
        rule="*Three branches, one by one.* On each path: the gradient at the end of the arrow "
        "times the derivative along the arrow. Directly: the factor outside the bracket. Through "
        "the mean: an equal share. Through the variance: the derivative of a square, with the "
        "factor of the sum. Two of the three are the same number, or a multiple of one number, "
        "for a whole column: spread them to the full shape.",
        formula=(
            rf"\text{{direct: }} {_R}\,s",
            r"\text{through the mean: } \frac{\partial L}{\partial \mu}\,\frac{1}{n}",
            r"\text{through the variance: } \frac{\partial L}{\partial v}\,"
            r"\frac{2\,(x_{i} - \mu)}{n - 1}",
        ),
        letters={
            _R: "dbnraw",
            r"\frac{\partial L}{\partial \mu}": "dbnmeani",
            r"\frac{\partial L}{\partial v}": "dbnvar",
            "s": "bnvar_inv",
            "x": "hprebn",
            r"\mu": "bnmeani",
            "n": "n",
        },
    ),
    "dhprebn": Hint(
        rule="*Insert and tidy up.* Add the three paths, write `bnraw` for the centered input "
        "times `bnvar_inv`, and take out what is common. The bracket then says: $n$ times the "
        "upstream gradient, less its sum over the column, less a multiple of `bnraw`; in front of "
        "that last term the $n - 1$ of the variance survives.",
        formula=(
            r"\frac{\partial L}{\partial x_{i}} = \frac{\gamma\,s}{n} \Big( n\,g_{i} - "
            r"\sum_{k} g_{k} - \frac{n}{n - 1}\,r_{i} \sum_{k} g_{k}\,r_{k} \Big)",
        ),
        letters={
            r"\gamma": "bngain",
            "s": "bnvar_inv",
            "g": "dhpreact",
            "r": "bnraw",
            "n": "n",
        },
    ),
    "project": Hint(
        rule="*Take two directions out.* From each column of `g` take its mean, then its part "
        "along the same column of `r`: the scalar product of the two over the scalar product of "
        "`r` with itself, times `r`. As the mean of `r` is zero, neither disturbs the other.",
        formula=(
            r"\operatorname{project}(g, r)_{i} = g_{i} - \frac{1}{n} \sum_{k} g_{k} - "
            r"\frac{\sum_{k} g_{k}\,r_{k}}{\sum_{k} r_{k}^{2}}\,r_{i}",
        ),
        letters={"g": "g", "r": "r"},
        words={"n": "the number of rows"},
    ),
    "dhprebn_biased": Hint(
        rule="*One constant changes.* In the derivation the $n - 1$ comes from the derivative of "
        "the variance alone. With $n$ in its place that factor cancels against the one taken out "
        "in front. Use the variables of the biased forward pass.",
        formula=(
            r"\frac{\partial L}{\partial x_{i}} = \frac{\gamma\,s}{n} \Big( n\,g_{i} - "
            r"\sum_{k} g_{k} - r_{i} \sum_{k} g_{k}\,r_{k} \Big)",
        ),
        letters={
            r"\gamma": "bngain",
            "s": "bnvar_inv_biased",
            "g": "dhpreact",
            "r": "bnraw_biased",
            "n": "n",
        },
    ),
    "dhprebn_inference": Hint(
        rule="*Only the direct path.* Mean and variance are constants now: no arrow leads into "
        "them, so nothing comes back through them. What is left is a product with two factors "
        "that do not depend on the input.",
        formula=(
            r"\frac{\partial L}{\partial x_{i}} = \gamma\,"
            r"(v_{\text{running}} + \varepsilon)^{-\frac{1}{2}}\,g_{i}",
        ),
        letters={
            r"\gamma": "bngain",
            r"v_{\text{running}}": "bnvar_running",
            "g": "dhpreact",
        },
        words=_EPSILON,
    ),
}
