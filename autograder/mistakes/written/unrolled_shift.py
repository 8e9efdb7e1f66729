"""Stage 01: what was subtracted (`dbnmeani`), and what was scaled and shifted (`dbnraw`)."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.unrolled_sums import reduced

__all__ = ["DIFFERENCES"]

_PRODUCT = "a product entry by entry forwards, and backwards as well: no matrix product"

_DBNMEANI = reduced("dbnmeani", "-1.0", "dbndiff", "0", "dbndiff, bndiff2, n") + Formula(
    "dbnmeani",
    "dbndiff, bndiff, bndiff2, hprebn, bnmeani, bnraw, n, bnvar_inv, dbnraw",
    "-{whole}",
    {"whole": ""},
).mistakes(
    (
        edit(
            "product_of_sums",
            "a difference has no variable in its derivative",
            whole=tuple(
                f"(dbndiff.sum(0, keepdim=True) * {other}.sum(0, keepdim=True))"
                for other in ("bndiff2", "hprebn", "bndiff")
            ),
        ),
        edit(
            "wrong_variable",
            "a difference has no variable in its derivative",
            whole=tuple(
                f"({other} * dbndiff).sum(0, keepdim=True)"
                for other in ("bnmeani", "hprebn", "bndiff", "bnraw", "bndiff2")
            ),
        ),
        edit(
            "wrong_upstream",
            "what comes in at the difference?",
            whole="dbnraw.sum(0, keepdim=True)",
        ),
        edit(
            "missing_branch",
            "`bndiff` is used twice: both parts have to be in what comes in",
            whole="(bnvar_inv * dbnraw).sum(0, keepdim=True)",
        ),
        edit(
            "extra_mean_factor",
            "the mean's own factor belongs to the next step",
            whole="dbndiff.sum(0, keepdim=True) / n",
            cost=2,
        ),
        edit(
            "bessel",
            "a plain sum: nothing is divided",
            whole="dbndiff.sum(0, keepdim=True) / (n - 1)",
        ),
    )
)

_DBNRAW = Formula(
    "dbnraw", "bngain, bnraw, bnbias, hpreact, n, dhpreact", "{whole}", {"whole": ""}
).mistakes(
    (
        edit(
            "other_function",
            "multiplied forwards is multiplied backwards",
            whole=("dhpreact / bngain", "dhpreact + bngain", "dhpreact - bnbias"),
        ),
        edit(
            "other_function",
            "the bias is added forwards, and not to a gradient",
            whole=("bngain * dhpreact + bnbias", "bngain * dhpreact - bnbias"),
        ),
        edit(
            "precedence",
            "the bias is added forwards, and not to a gradient",
            whole=("(bngain + bnbias) * dhpreact", "bngain + bnbias * dhpreact"),
            cost=1,
        ),
        edit(
            "wrong_variable",
            "what is the other factor forwards?",
            whole=(
                "bnraw * dhpreact",
                "bnbias * dhpreact",
                "hpreact * dhpreact",
                "bngain * bnraw * dhpreact",
            ),
        ),
        edit(
            "wrong_power",
            "the factor enters once, not squared",
            whole=("bngain**2 * dhpreact", "bngain * dhpreact**2"),
        ),
        edit(
            "matmul_for_elementwise",
            _PRODUCT,
            whole=(
                "dhpreact @ bngain.T",
                "bngain @ dhpreact.T",
                "dhpreact.T @ bngain.expand_as(dhpreact)",
                "dhpreact @ bngain.expand_as(dhpreact).T",
            ),
        ),
        edit(
            "broadcast_shape",
            "each example has a gradient of its own",
            whole=(
                "bngain * dhpreact[:1]",
                "bngain * dhpreact.mean(0, keepdim=True)",
                "bngain.clone()",
            ),
        ),
        edit("extra_mean_factor", "the mean is in the loss", whole="bngain * dhpreact / n"),
    )
)

DIFFERENCES: tuple[Mistake, ...] = (*_DBNMEANI, *_DBNRAW)
