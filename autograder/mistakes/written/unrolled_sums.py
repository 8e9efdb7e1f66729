"""Stage 01: biases, and sums of products."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.sums import REDUCED, REDUCED_BODY

__all__ = ["SUMS", "reduced"]

_PRODUCT = "a product entry by entry forwards, and backwards as well: no matrix product"


def reduced(step: str, factor: str, up: str, dim: str, names: str) -> tuple[Mistake, ...]:
    """The gradient of a variable that was broadcast along ``dim``, times ``factor``."""
    parts = {
        "sign": "",
        "factor": factor,
        "up": up,
        "sum": "sum({dim}, keepdim=True)",
        "dim": dim,
        "length": "{up_}.shape[{dim}]",
    }
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
    return reduced(step, factor, up, dim, names) + whole


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
                "missing_upstream",
                "the gradient that comes in is missing",
                whole="torch.ones_like({bias})",
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
    return reduced(step, "1", up, "0", names) + whole


SUMS: tuple[Mistake, ...] = (
    *_bias("db2", "b2", "dlogits"),
    *_bias("db1", "b1", "dhprebn"),
    *_bias("dbnbias", "bnbias", "dhpreact"),
    *_multiplied(
        "dbngain", "bnraw", "dhpreact", "0", ("bndiff", "hpreact", "hprebn", "h", "bngain")
    ),
    *_multiplied("dbnvar_inv", "bndiff", "dbnraw", "0", ("bnraw", "hprebn", "bnvar_inv", "bnvar")),
    *_multiplied(
        "dcounts_sum_inv",
        "counts",
        "dprobs",
        "1",
        ("probs", "norm_logits", "logits", "counts_sum_inv", "logprobs"),
    ),
    *reduced("dlogit_maxes", "-1.0", "dnorm_logits", "1", "dnorm_logits"),
)
