"""Sentences of derived mistakes: the idea, with the names of the variables, never the answer.

`{x}` is the variable of the step, `{y}` the consumer by way of which its gradient comes, `{used}`
what the answer has in place of something else.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.graph import Graph

__all__ = ["Words", "listed"]

_NUMBERS = {2: "two", 3: "three", 4: "four"}

_SENTENCES = {
    "missing_branch": (
        "One of the {count} paths is missing: `{x}` also feeds `{y}`, and what flows back "
        "along all paths is added up."
    ),
    "overwritten": (
        "`{dx}` is assigned twice, so the second line throws away what the first one found: "
        "`{x}` feeds {consumers}, and their parts are added up."
    ),
    "branch_twice": "The path from `{x}` through `{y}` is counted twice.",
    "missing_upstream": (
        "This is only how `{y}` reacts to `{x}`: the gradient that arrives at `{y}` has to be"
        " multiplied in (the chain rule)."
    ),
    "value_for_gradient": (
        "The value `{y}` stands where a gradient belongs: what flows back from `{y}` is a "
        "different tensor."
    ),
    "missing_local": (
        "The gradient of `{y}` is passed on as it is: how `{y}` reacts to `{x}` (its local "
        "derivative) is missing."
    ),
    "only_sign_of_local": (
        "Only the sign of how `{y}` reacts to `{x}` is here: how much it reacts (its local "
        "derivative) is missing."
    ),
    "mean_factor": (
        "`{y}` is an average: each entry of `{x}` counts for only a fraction of it, and that "
        "fraction is missing."
    ),
    "constant": "A constant factor in the step from `{x}` to `{y}` is wrong.",
    "sign": (
        "The sign of the path through `{y}` is wrong: does `{y}` grow or shrink when `{x}` grows?"
    ),
    "bessel": "`n` and `n - 1` are confused on the way from `{x}` to `{y}`.",
    "extra_mean": (
        "There is one division too many on the way through `{y}`: nothing is averaged there "
        "that has not been divided already."
    ),
    "mean_for_sum": (
        "A mean stands where a sum should: the parts of `{x}`'s gradient are added up, not "
        "averaged."
    ),
    "missing_sum": (
        "A sum is missing: `{x}` is used for several entries of `{y}`, and the gradients of "
        "all its uses add up."
    ),
    "wrong_axis": (
        "Summed over the wrong dimension: sum over the one along which `{x}` is repeated in `{y}`."
    ),
    "wrong_axis_of_product": (
        "Summed over the wrong dimension: in the gradient of `{x}` the products are summed "
        "over the dimension that `{x}` does not have."
    ),
    "extra_sum": (
        "Summed over too much: `{x}` has a gradient for each of its own entries, and "
        "different entries are not added together."
    ),
    "wrong_index": (
        "Not every part counts here: all entries of `{y}` that `{x}` has a share in send a "
        "gradient back."
    ),
    "product_of_sums": (
        "The sum of products is not the product of sums: multiply the matching entries first,"
        " then sum."
    ),
    "broadcast_shape": (
        "The result is smaller than `{x}` and would only be stretched to its shape: a "
        "gradient has the shape of its variable."
    ),
    "matmul": (
        "`{y}` is computed from `{x}` entry by entry, so the gradient is an entrywise product"
        " too, not a matrix product."
    ),
    "elementwise": (
        "`{y}` comes from a matrix product, so each entry of `{x}` meets many of `{y}`: the "
        "gradient is a matrix product, not an entrywise one."
    ),
    "last_only": (
        "Only the last example is left: each round of the loop throws away the one before, "
        "and all have to be added up."
    ),
    "power": (
        "`{y}` is a power of `{x}`: in its derivative the exponent is smaller by 1, and here "
        "it is another one."
    ),
    "quotient": (
        "This divides where `{y}`'s derivative multiplies, or the other way round: it is the "
        "derivative of another function."
    ),
    "other_variable": (
        "The derivative of `{y}` with respect to `{x}` is taken with `{used}`, which is not "
        "what belongs there."
    ),
    "result_for_argument": (
        "The derivative is taken at `{y}`, which is already the function's result: it belongs at "
        "what goes in."
    ),
    "factor": "`{used}` is a factor too many: `{y}` does not depend on `{x}` by way of it.",
    "other_upstream": (
        "`{used}` is not the gradient that arrives here: `{x}` feeds {consumers}, so start "
        "from what arrives there."
    ),
}


class Words:
    """What is said of the edge from ``variable`` to ``consumer``, by the idea that it is about."""

    def __init__(self, graph: Graph, variable: str, consumer: str) -> None:
        consumers = graph.consumers(variable)
        self.dx, self.dy = f"d{variable}", f"d{consumer}"
        self._names = {
            "x": variable,
            "y": consumer,
            "dx": self.dx,
            "consumers": listed(consumers),
            "count": _NUMBERS.get(len(consumers), str(len(consumers))),
        }

    def __call__(self, idea: str, used: str = "") -> str:
        """The sentence for an idea; ``used`` is the variable that should not be there."""
        return _SENTENCES[idea].format(used=used, **self._names)


def listed(names: Sequence[str]) -> str:
    """Names in backticks, with commas and an "and"."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
