"""Hints of stage 00: single numbers first, then the four structural rules."""

from collections.abc import Mapping

from autograder.hints.hint import Hint

__all__ = ["HINTS"]

HINTS: Mapping[str, Hint] = {
    "dside": Hint(
        rule="*A power.* The area is the side squared, and the derivative of $x^{k}$ is "
        "$k\\,x^{k-1}$. The area is the end result, so there is nothing upstream: its own gradient "
        "is 1.",
        formula=(r"\frac{d\,\text{area}}{d\,\text{side}} = 2 \cdot \text{side}",),
        letters={r"\text{side}": "side"},
    ),
    "de": Hint(
        rule="*A power.* The loss is a square; its own gradient is 1. So the gradient is the "
        "derivative of the square, taken at what was squared.",
        formula=(r"\frac{\partial\,\text{loss}}{\partial e} = 2 e",),
        letters={"e": "e"},
    ),
    "dh": Hint(
        rule="*A subtraction.* When what stands before the minus sign grows, the difference grows "
        "by as much: the local derivative is 1, and the upstream gradient passes as it is.",
        formula=(
            r"\frac{\partial\,\text{loss}}{\partial h} = "
            r"\frac{\partial\,\text{loss}}{\partial e} \cdot 1",
        ),
        letters={r"\frac{\partial\,\text{loss}}{\partial e}": "de"},
    ),
    "dz": Hint(
        rule="*A function.* Upstream gradient times the derivative of tanh, which can be written "
        "with its own *result*: one minus the square of it.",
        formula=(
            r"\frac{\partial\,\text{loss}}{\partial z} = (1 - h^{2}) \cdot "
            r"\frac{\partial\,\text{loss}}{\partial h}",
        ),
        letters={"h": "h", r"\frac{\partial\,\text{loss}}{\partial h}": "dh"},
    ),
    "dw": Hint(
        rule="*A product.* The local derivative for one factor is the other factor; the bias that "
        "is added makes no difference. Multiply by the upstream gradient.",
        formula=(
            r"\frac{\partial\,\text{loss}}{\partial w} = s \cdot "
            r"\frac{\partial\,\text{loss}}{\partial z}",
        ),
        letters={"s": "s", r"\frac{\partial\,\text{loss}}{\partial z}": "dz"},
    ),
    "numerical_gradient": Hint(
        rule="*One entry at a time.* Move one entry of a copy up by the step and one of another "
        "copy down by the step. The slope is the difference of the two values of the function over "
        "the distance between the two places, which is *two* steps. Put it where the entry "
        "stands, and go on with fresh copies.",
        formula=(r"g_{i} = \frac{f(x + \delta\,u_{i}) - f(x - \delta\,u_{i})}{2 \delta}",),
        letters={"f": "function", "x": "x", r"\delta": "step"},
        words={"u_{i}": "1 at entry $i$ and 0 elsewhere"},
    ),
    "good_step": Hint(
        shapes="The answer is one positive number: the step with which `wave` is measured at all "
        "`points`, in `float64`.",
        rule="*A balance.* A wide step is wrong because the curve bends within it, a tiny one "
        "because rounding is divided by it. Go to the bottom of the V in the picture, on the line "
        "for `float64`; near it, either error is small.",
        formula=(r"\delta \approx \sqrt[3]{\varepsilon}",),
        words={r"\varepsilon": "the relative rounding error of float64, $2.2 \\cdot 10^{-16}$"},
    ),
    "da": Hint(
        rule="*Two branches.* The variable reaches the loss by two roads, and the effects add. On "
        "each road: the upstream gradient of what it leads to, times the derivative of that with "
        "respect to the variable; once a square, once a product.",
        formula=(
            r"\frac{\partial\,\text{loss}}{\partial a_{i}} = "
            r"\frac{\partial\,\text{loss}}{\partial\,\text{left}_{i}} \cdot 2 a_{i} + "
            r"\frac{\partial\,\text{loss}}{\partial\,\text{right}_{i}} \cdot c_{i}",
        ),
        letters={
            "a_{i}": "a",
            "c_{i}": "c",
            r"\frac{\partial\,\text{loss}}{\partial\,\text{left}_{i}}": "dleft",
            r"\frac{\partial\,\text{loss}}{\partial\,\text{right}_{i}}": "dright",
        },
    ),
    "unbroadcast": Hint(
        rule="*Broadcast forwards, sum backwards.* Put the two shapes one below the other, flush "
        "right. A dimension that the variable does not have is summed and goes away; one that it "
        "has with size 1 is summed and stays, with size 1; of all others nothing is summed.",
        formula=(r"\mathrm{d}v_{q} = \sum_{p\,:\;p \to q} g_{p}",),
        letters={"g": "gradient"},
        words={
            r"\mathrm{d}v": "the result, of the shape `shape`",
            r"p \to q": "entry $p$ of the broadcast result is a copy of entry $q$ of the variable",
        },
    ),
    "dA": Hint(
        rule="*A matrix product.* The gradient of one factor is made of the upstream gradient and "
        "the *other* factor, one of them transposed. There is one way to put them together so that "
        "the shape of the variable comes out.",
        formula=(r"dA_{ik} = \sum_{j} dP_{ij}\,B_{kj}",),
        letters={"dP": "dproduct", "B": "B"},
    ),
    "dB": Hint(
        rule="*A matrix product.* As for the other factor: the upstream gradient and the factor "
        "whose gradient is *not* asked for, one of them transposed, in the one order that gives "
        "the shape of the variable.",
        formula=(r"dB_{kj} = \sum_{i} A_{ik}\,dP_{ij}",),
        letters={"dP": "dproduct", "A": "A"},
    ),
    "dtable": Hint(
        rule="*Gather forwards, scatter-add backwards.* Begin with zeros in the shape of the "
        "table. Send each row of the upstream gradient back to the row it was picked from, and add "
        "it to what is there. A row picked three times gets three gradients.",
        formula=(r"dT_{m} = \sum_{i\,:\;r_{i} = m} dP_{i}",),
        letters={"r": "rows", "dP": "dpicked"},
        words={"dT": "`dtable`"},
    ),
}
