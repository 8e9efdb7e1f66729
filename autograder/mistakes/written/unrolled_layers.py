"""Stage 01: matrix products, broadcast variables, and the means."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.layers import (
    LEFT,
    LEFT_BODY,
    REDUCED,
    REDUCED_BODY,
    RIGHT,
    RIGHT_BODY,
)

__all__ = ["LAYERS"]

_PRODUCT = "a product entry by entry forwards, and backwards as well: no matrix product"


def _left(step: str, up: str, matrix: str, bias: str) -> tuple[Mistake, ...]:
    parts = {"up": up, "matrix": matrix, "after": ""}
    with_bias = (
        edit(
            "wrong_variable", "the bias has no part in this gradient", matrix=f"({matrix} + {bias})"
        ),
        edit(
            "other_function",
            "the bias is added forwards, and not to a gradient",
            after=("+ 1", "- 1"),
            cost=3,
        ),
        edit(
            "elementwise_for_matmul",
            "each entry is a sum of products",
            up=f"{up}[:, None, :] * {matrix}",
            matrix="torch.eye(len({up_}[0])).to({up_}.dtype)",
        ),
    )
    return Formula(step, f"{up}, {matrix}, {bias}", LEFT_BODY, parts).mistakes(LEFT, with_bias)


def _right(step: str, left: str, up: str) -> tuple[Mistake, ...]:
    body = Formula(step, f"{left}, {up}", RIGHT_BODY, {"up": up, "left": left, "after": ""})
    whole = Formula(step, f"{left}, {up}", "{whole}", {"whole": "", "left": left, "up": up})
    return body.mistakes(RIGHT) + whole.mistakes(
        (
            edit(
                "missing_sum",
                "the examples are summed: here each has its own product",
                whole="{left}[:, :, None] * {up}[:, None, :]",
            ),
            edit(
                "elementwise_for_matmul",
                "each entry is a sum of products",
                whole=("{left}.T * {up}", "{left} * {up}", "{left} * {up}.T"),
            ),
        )
    )


def _reduced(step: str, factor: str, up: str, dim: str, names: str) -> tuple[Mistake, ...]:
    parts = {"sign": "", "factor": factor, "up": up, "sum": "sum({dim}, keepdim=True)", "dim": dim}
    return Formula(step, names, REDUCED_BODY, parts).mistakes(REDUCED)


def _multiplied(
    step: str, factor: str, up: str, dim: str, others: tuple[str, ...]
) -> tuple[Mistake, ...]:
    """A sum of products over ``dim``; ``others`` are mistaken for the factor."""
    names = ", ".join(dict.fromkeys((factor, up, "n", *others)))
    parts = {"whole": "", "factor": factor, "up": up, "dim": dim}
    whole = Formula(step, names, "{whole}", parts).mistakes(
        (
            edit(
                "product_of_sums",
                "a sum of products is not a product of sums",
                whole="{factor}.sum({dim}, keepdim=True) * {up}.sum({dim}, keepdim=True)",
            ),
            edit(
                "product_of_sums",
                "a sum of products is not a product of sums",
                whole="{factor} * {up}.sum({dim}, keepdim=True)",
                cost=2,
            ),
            edit(
                "matmul_for_elementwise",
                _PRODUCT,
                whole=tuple(
                    f"({a} @ {b}){end}"
                    for a, b in (
                        ("{factor}.T", "{up}"),
                        ("{factor}", "{up}.T"),
                        ("{up}.T", "{factor}"),
                        ("{up}", "{factor}.T"),
                    )
                    for end in ("", ".sum(0, keepdim=True)", ".sum(1, keepdim=True)")
                ),
            ),
            edit(
                "wrong_power",
                "the factor enters once, not squared",
                whole="({factor}**2 * {up}).sum({dim}, keepdim=True)",
            ),
            edit(
                "wrong_variable",
                "what is the other factor forwards?",
                whole=tuple(f"({other} * {{up}}).sum({{dim}}, keepdim=True)" for other in others),
            ),
            edit(
                "other_function",
                "the parts are multiplied, not divided or added",
                whole=(
                    "({up} / {factor}).sum({dim}, keepdim=True)",
                    "({up} + {factor}).sum({dim}, keepdim=True)",
                ),
            ),
            edit(
                "bessel",
                "a plain sum: nothing is divided",
                whole="({factor} * {up}).sum({dim}, keepdim=True) / (n - 1)",
            ),
        )
    )
    return _reduced(step, factor, up, dim, names) + whole


def _bias(step: str, bias: str, up: str) -> tuple[Mistake, ...]:
    names = f"{bias}, {up}"
    whole = Formula(step, names, "{whole}", {"whole": "", "bias": bias, "up": up}).mistakes(
        (
            edit(
                "matmul_for_elementwise",
                "a bias is added: its gradient is a sum, without a product",
                whole=(
                    "{up} @ {bias}.flatten()",
                    "{up}.T @ {bias}.flatten()",
                    "{bias} @ {up}",
                    "{up} @ {up}.T",
                    "{up}.T @ {up}",
                ),
            ),
            edit(
                "wrong_variable",
                "a bias is added: its own value has no part in its gradient",
                whole="({bias} * {up}).sum(0, keepdim=True)",
            ),
            edit(
                "other_function",
                "the gradients alone are summed",
                whole=(
                    "({bias} + {up}).sum(0, keepdim=True)",
                    "{bias} + {up}.sum(0, keepdim=True)",
                ),
            ),
        )
    )
    return _reduced(step, "1", up, "0", names) + whole


_SHARE = "each square has the same share in the variance: which?"
_DBNDIFF2 = Formula(
    "dbndiff2",
    "n, bndiff, bndiff2, bnvar, dbnvar, dbnvar_inv",
    "{share} * {up}",
    {"share": "1.0 / (n - 1)", "up": "torch.ones_like(bndiff2) * dbnvar"},
).mistakes(
    (
        edit("bessel", "by what does this variance divide?", share="1.0 / n"),
        edit(
            "bessel",
            "by what does this variance divide?",
            share=("n / (n - 1)", "(n - 1) / n", "1 / (n + 1)", "1 / (n - 2)"),
        ),
        edit("missing_mean_factor", _SHARE, share="1"),
        edit("wrong_constant", _SHARE, share=("2 / (n - 1)", "0.5 / (n - 1)", "2 / n")),
        edit(
            "extra_mean_factor",
            _SHARE,
            share=(
                "1 / (n - 1) / n",
                "1 / (n - 1)**2",
                "1 / n**2",
                "1 / bndiff2.numel()",
                "1 / (n - 1) / bndiff2.shape[1]",
            ),
        ),
        edit(
            "wrong_variable",
            "which share has each square? All have the same",
            share=(
                "bndiff2 / (n - 1)",
                "bndiff / (n - 1)",
                "2 * bndiff / (n - 1)",
                "bnvar / (n - 1)",
                "bndiff2 / n",
                "bndiff2",
            ),
        ),
        edit(
            "precedence",
            "parentheses: Python divides before it subtracts",
            share=("1.0 / n - 1", "(1.0 / n - 1)"),
        ),
        edit(
            "precedence",
            "parentheses: Python divides before it subtracts",
            share="1",
            up="torch.ones_like(bndiff2) * dbnvar / n - 1",
        ),
        edit("wrong_sign", _SHARE, share=("-1.0 / (n - 1)", "1.0 / (1 - n)")),
        edit(
            "wrong_upstream",
            "what comes in at this step?",
            up="torch.ones_like(bndiff2) * dbnvar_inv",
        ),
        edit(
            "wrong_axis",
            "one variance for each column: its gradient goes back to that column",
            up="torch.ones_like(bndiff2) * dbnvar.T[: len(bndiff2)]",
        ),
    )
)

_EACH = "each example has its share in the mean"
_DHPREBN = Formula(
    "dhprebn",
    "n, hprebn, bnmeani, bndiff, dbndiff, dbnmeani, dbndiff2, dbnraw",
    "{first} + {share} * {mean}",
    {"first": "dbndiff", "share": "1.0 / n", "mean": "torch.ones_like(hprebn) * dbnmeani"},
).mistakes(
    (
        edit("missing_mean_factor", _EACH, share="1"),
        edit(
            "bessel",
            "the mean divides by the number of examples, without a correction",
            share="1.0 / (n - 1)",
        ),
        edit("wrong_constant", _EACH, share=("0.5 / n", "1 / hprebn.shape[1]")),
        edit("extra_mean_factor", "only the mean has a factor", first="dbndiff / n"),
        edit(
            "extra_mean_factor",
            _EACH,
            share=("1 / n**2", "1 / hprebn.numel()", "1 / (n * (n - 1))"),
        ),
        edit("precedence", "parentheses: Python divides before it subtracts", share="1 / n - 1"),
        edit(
            "wrong_variable",
            "a mean has no variable in its derivative",
            share=("bnmeani / n", "hprebn / n", "bndiff / n", "bnmeani"),
        ),
        edit(
            "wrong_variable",
            "a difference has no variable in its derivative",
            first=("bndiff * dbndiff", "hprebn * dbndiff"),
        ),
        edit("wrong_upstream", "what comes in from the difference?", first=("dbndiff2", "dbnraw")),
        edit(
            "wrong_upstream",
            "what comes in from the mean?",
            mean=("dbndiff", "dbndiff.sum(0)", "dbndiff.mean(0)"),
            cost=2,
        ),
        edit(
            "broadcast_shape",
            "each example has a gradient of its own",
            first="dbndiff.sum(0, keepdim=True)",
            mean="dbnmeani",
        ),
        edit(
            "broadcast_shape",
            "each example has a gradient of its own",
            first=("dbndiff.mean(0, keepdim=True)", "dbndiff[:1]"),
            mean="dbnmeani",
        ),
        edit(
            "other_function",
            "the parts of two ways are added, not multiplied",
            first="0",
            mean="dbndiff * dbnmeani",
        ),
        edit("extra_sum", "each example has a gradient of its own", first="dbndiff.sum(0)"),
        edit(
            "missing_local_derivative",
            "what was subtracted was the mean",
            first="dbndiff - dbndiff.mean(0)",
            share="0",
            cost=3,
        ),
    )
)

_DBNMEANI = _reduced("dbnmeani", "-1.0", "dbndiff", "0", "dbndiff, bndiff2, n") + Formula(
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

LAYERS: tuple[Mistake, ...] = (
    *_left("dh", "dlogits", "W2", "b2"),
    *_left("dembcat", "dhprebn", "W1", "b1"),
    *_right("dW2", "h", "dlogits"),
    *_right("dW1", "embcat", "dhprebn"),
    *_bias("db2", "b2", "dlogits"),
    *_bias("db1", "b1", "dhprebn"),
    *_bias("dbnbias", "bnbias", "dhpreact"),
    *_multiplied(
        "dbngain", "bnraw", "dhpreact", "0", ("bndiff", "hpreact", "hprebn", "h", "bngain")
    ),
    *_multiplied(
        "dbnvar_inv", "bndiff", "dbnraw", "0", ("bnraw", "hprebn", "bnvar_inv", "bndiff2")
    ),
    *_multiplied(
        "dcounts_sum_inv",
        "counts",
        "dprobs",
        "1",
        ("probs", "norm_logits", "logits", "counts_sum_inv", "counts_sum", "logprobs"),
    ),
    *_reduced("dlogit_maxes", "-1.0", "dnorm_logits", "1", "dnorm_logits"),
    *(*_DBNDIFF2, *_DHPREBN, *_DBNMEANI, *_DBNRAW),
)
