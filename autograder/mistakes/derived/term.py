"""What goes wrong in one term of a step, in each of its parts."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from autograder.mistakes.derived.change import Change
from autograder.mistakes.derived.edge import Edge, Kind
from autograder.mistakes.derived.factors import factors, role_of
from autograder.mistakes.derived.local import local_changes
from autograder.mistakes.derived.operand import operand_changes
from autograder.mistakes.derived.sums import sum_changes
from autograder.mistakes.derived.traits import Draft
from autograder.mistakes.derived.upstream import upstream_changes

__all__ = ["changes_of_edge"]

# Where nothing is divided there is no mean.
_DIVISION = r"mean|/|div|\*\*\s*-"


def changes_of_edge(edge: Edge) -> Iterator[Change]:
    """Every change to a term, found on one state whose sizes are all different."""
    draft = Draft(edge)
    yield from upstream_changes(draft)
    if edge.shape.kind is Kind.DIAGONAL:
        yield from local_changes(draft)
        yield from sum_changes(draft)
    elif edge.shape.kind in (Kind.RIGHT, Kind.LEFT):
        yield from operand_changes(draft)
    elif edge.shape.kind is Kind.GATHER:
        yield draft.change("finish", "extra_sum", draft.words("extra_sum"), _all_rows)
    yield from _factors(draft)


def _factors(draft: Draft) -> Iterator[Change]:
    words, role = draft.words, role_of(draft.edge)
    messages = {
        "wrong_sign": words("sign"),
        "bessel": words("bessel"),
        "missing_mean_factor": words("mean_factor"),
        "extra_mean_factor": words("extra_mean"),
        "mean_instead_of_sum": words("mean_for_sum"),
        "wrong_constant": words("constant"),
    }
    for factor in factors(draft.state, draft.shape.variable):
        code = role.code(factor.label)
        trace = _DIVISION if code == "mean_instead_of_sum" else ""
        yield draft.change("scale", code, messages[code], factor.of, source=trace)


def _all_rows(edge: Edge, product: Tensor) -> Tensor:
    return product.reshape(-1, *edge.value.shape[1:]).sum(0).expand(edge.value.shape)
