"""Sentences of derived mistakes: the idea, with the names of the variables, never the answer."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.graph import Graph

__all__ = ["Words", "listed"]

_NUMBERS = {2: "two", 3: "three", 4: "four"}


class Words:
    """What is said of the edge from ``variable`` to ``consumer``."""

    def __init__(self, graph: Graph, variable: str, consumer: str) -> None:
        self.x, self.y = variable, consumer
        self.dx, self.dy = f"d{variable}", f"d{consumer}"
        self.consumers = graph.consumers(variable)
        self.parents = graph.parents(consumer)

    @property
    def missing_branch(self) -> str:
        count = _NUMBERS.get(len(self.consumers), str(len(self.consumers)))
        return (
            f"One of the {count} paths is missing: `{self.x}` also feeds `{self.y}`, and what "
            "flows back along all paths is added up."
        )

    @property
    def overwritten(self) -> str:
        return (
            f"`{self.dx}` is assigned twice, so the second line throws away what the first one "
            f"found: `{self.x}` feeds {listed(self.consumers)}, and their parts are added up."
        )

    @property
    def branch_twice(self) -> str:
        return f"The path from `{self.x}` through `{self.y}` is counted twice."

    @property
    def missing_upstream(self) -> str:
        return (
            f"This is only how `{self.y}` reacts to `{self.x}`: the gradient that arrives at "
            f"`{self.y}` has to be multiplied in (the chain rule)."
        )

    @property
    def value_for_gradient(self) -> str:
        return (
            f"The value `{self.y}` stands where a gradient belongs: what flows back from "
            f"`{self.y}` is a different tensor."
        )

    @property
    def missing_local(self) -> str:
        return (
            f"The gradient of `{self.y}` is passed on as it is: how `{self.y}` reacts to "
            f"`{self.x}` (its local derivative) is missing."
        )

    @property
    def mean_factor(self) -> str:
        return (
            f"`{self.y}` is an average: each entry of `{self.x}` counts for only a fraction of it, "
            "and that fraction is missing."
        )

    @property
    def constant(self) -> str:
        return f"A constant factor in the step from `{self.x}` to `{self.y}` is wrong."

    @property
    def sign(self) -> str:
        return (
            f"The sign of the path through `{self.y}` is wrong: does `{self.y}` grow or shrink "
            f"when `{self.x}` grows?"
        )

    @property
    def bessel(self) -> str:
        return f"n and n - 1 are confused on the way from `{self.x}` to `{self.y}`."

    @property
    def extra_mean(self) -> str:
        return (
            f"There is one division too many on the way through `{self.y}`: nothing is averaged "
            "there that has not been divided already."
        )

    @property
    def mean_for_sum(self) -> str:
        return (
            f"A mean stands where a sum should: the parts of `{self.x}`'s gradient are added up, "
            "not averaged."
        )

    @property
    def missing_sum(self) -> str:
        return (
            f"A sum is missing: `{self.x}` is used for several entries of `{self.y}`, and the "
            "gradients of all its uses add up."
        )

    @property
    def wrong_axis(self) -> str:
        return (
            f"Summed over the wrong dimension: sum over the one along which `{self.x}` is "
            f"repeated in `{self.y}`."
        )

    @property
    def wrong_axis_of_product(self) -> str:
        return (
            f"Summed over the wrong dimension: in the gradient of `{self.x}` the products are "
            f"summed over the dimension that `{self.x}` does not have."
        )

    @property
    def extra_sum(self) -> str:
        return (
            f"Summed over too much: `{self.x}` has a gradient for each of its own entries, and "
            "different entries are not added together."
        )

    @property
    def wrong_index(self) -> str:
        return (
            f"Not every part counts here: all entries of `{self.y}` that `{self.x}` has a share "
            "in send a gradient back."
        )

    @property
    def product_of_sums(self) -> str:
        return (
            "The sum of products is not the product of sums: multiply the matching entries first, "
            "then sum."
        )

    @property
    def broadcast_shape(self) -> str:
        return (
            f"The result is smaller than `{self.x}` and would only be stretched to its shape: a "
            "gradient has the shape of its variable."
        )

    @property
    def matmul(self) -> str:
        return (
            f"`{self.y}` is computed from `{self.x}` entry by entry, so the gradient is an "
            "entrywise product too, not a matrix product."
        )

    @property
    def elementwise(self) -> str:
        return (
            f"`{self.y}` comes from a matrix product, so each entry of `{self.x}` meets many of "
            f"`{self.y}`: the gradient is a matrix product, not an entrywise one."
        )

    @property
    def last_only(self) -> str:
        return (
            "Only the last example is left: each round of the loop throws away the one before, "
            "and all have to be added up."
        )

    @property
    def power(self) -> str:
        return (
            f"`{self.y}` is a power of `{self.x}`: in its derivative the exponent is smaller by 1, "
            "and here it is another one."
        )

    @property
    def quotient(self) -> str:
        return (
            f"This divides where `{self.y}`'s derivative multiplies, or the other way round: "
            f"it is the derivative of another function."
        )

    def other_variable(self, used: str) -> str:
        """The local derivative at another variable."""
        return (
            f"The derivative of `{self.y}` with respect to `{self.x}` is taken with `{used}`, "
            "which is not what belongs there."
        )

    def factor(self, used: str) -> str:
        """A variable too many."""
        return (
            f"`{used}` is a factor too many: `{self.y}` does not depend on `{self.x}` by way of it."
        )

    def other_upstream(self, used: str) -> str:
        """Another gradient."""
        return (
            f"`{used}` is not the gradient that arrives here: `{self.x}` feeds "
            f"{listed(self.consumers)}, so start from what arrives there."
        )


def listed(names: Sequence[str]) -> str:
    """Names in backticks, with commas and an "and"."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
