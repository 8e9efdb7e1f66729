"""Mistakes of 03_batchnorm that its graphs cannot know."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.operators import HALVED_POWER, ROOTED
from autograder.mistakes.written.batchnorm_paths import PATHS
from autograder.mistakes.written.batchnorm_statistics import STATISTICS
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.norm import AROUND, BESSEL, BODY, NORM_PATHS, PARTS
from autograder.mistakes.written.norm_along import NORM_ALONG
from autograder.mistakes.written.projection import PROJECT

__all__ = ["WRITTEN"]

_FORWARD = "hprebn, n, bnmeani, bnvar, bnvar_inv, bnraw, bngain, bnbias, hpreact"
_BIASED_FORWARD = "bnvar_biased, bnvar_inv_biased, bnraw_biased, hpreact_biased"

_DHPREBN = Formula("dhprebn", f"{_FORWARD}, dhpreact", BODY, PARTS)

_BIASED = Formula(
    "dhprebn_biased",
    f"{_FORWARD}, {_BIASED_FORWARD}, dhpreact",
    BODY,
    PARTS
    | {
        "inv": "bnvar_inv_biased",
        "raw": "bnraw_biased",
        "var": "bnvar_biased",
        "act": "hpreact_biased",
        "m": "n",
    },
)
_UNBIASED = "these are the statistics of the layer with `n - 1`; this variant has its own"
_DIVISOR = "the variance of this variant divides by `n` throughout, and so does its gradient"
_BIASED_ONLY = (
    edit("wrong_variable", _UNBIASED, inv="bnvar_inv", raw="bnraw", source=r"bnraw\b"),
    edit("wrong_variable", _UNBIASED, scale="bnvar_inv"),
    edit("wrong_variable", _UNBIASED, raw="bnraw"),
    edit("wrong_variable", _UNBIASED, along="- bnraw * ({up} * {raw}).sum(0) / n"),
    edit("wrong_variable", _UNBIASED, along="- {raw} * ({up} * bnraw).sum(0) / n"),
    edit("bessel", _DIVISOR, m="(n - 1)"),
    edit("bessel", _DIVISOR, m="n * (n - 1) / n"),
    edit("bessel", _DIVISOR, mean="- {up}.sum(0) / (n - 1)"),
    edit("bessel", _DIVISOR, mean="- {up}.sum(0) / (n - 1)", m="(n - 1)"),
    edit("bessel", _DIVISOR, gain="n / (n - 1) * bngain"),
    edit("bessel", _DIVISOR, gain="(n - 1) / n * bngain"),
    edit(
        "other_function",
        "this is the gradient of the layer with `n - 1`; in this variant the variance is another",
        inv="bnvar_inv",
        raw="bnraw",
        m="(n - 1)",
    ),
)

_FIXED = "at inference mean and variance are constants, so"
_INFERENCE = Formula(
    "dhprebn_inference",
    f"{_FORWARD}, bnmean_running, bnvar_running, hpreact_inference, dhpreact",
    "{gain} * {scale} * {up}",
    {
        "gain": "bngain",
        "scale": "({var} {eps}) ** {power}",
        "var": "bnvar_running",
        "eps": "+ 1e-5",
        "power": "-0.5",
        "up": "dhpreact",
        "raw": "((hprebn - bnmean_running) * {scale_})",
    },
)
_CONSTANTS = f"{_FIXED} only the direct path is left"
_RUNNING = "which statistics normalize at inference: the running ones or those of the batch?"
_POWER = "the standard deviation is the root of the variance: look at the power"
_PARENTHESES = "Python raises to a power first: where are the parentheses?"
_LINEAR = "the layer is linear in its input, which is no factor of the gradient"
_INFERENCE_ONLY = (
    edit("wrong_variable", _RUNNING, scale="bnvar_inv"),
    edit("wrong_variable", _RUNNING, var="bnvar"),
    edit("wrong_variable", _RUNNING, var="bnvar", power="-1"),
    edit(
        "wrong_variable", "the mean is a constant here, and no factor", var="bnmean_running.abs()"
    ),
    edit("wrong_variable", "the layer multiplies by its gain, not by its bias", gain="bnbias"),
    edit("wrong_variable", "the variance itself is no factor of the layer", scale="bnvar_running"),
    edit("missing_epsilon", "the epsilon is missing under the root", eps=""),
    edit("wrong_constant", "look at the size of the epsilon", eps="+ 1e-8"),
    edit("wrong_constant", "look at the size of the epsilon", eps="+ 1e-6"),
    edit("wrong_constant", "look at the size of the epsilon", eps="+ 1e-4"),
    edit("wrong_constant", "look at the size of the epsilon", eps="+ 1e-3"),
    edit("wrong_power", _POWER, power="-1"),
    edit("wrong_power", _POWER, power="0.5"),
    edit("wrong_power", _POWER, power="-1.5"),
    edit("wrong_power", _POWER, power="1"),
    edit("wrong_power", _POWER, power="-2"),
    edit("wrong_power", _POWER, power="-0.25"),
    edit("wrong_power", "the gain occurs once, not squared", gain="bngain**2"),
    edit("wrong_sign", "look at the sign of the epsilon", eps="- 1e-5"),
    edit("precedence", HALVED_POWER, power="-1 / 2", needs=ROOTED),
    edit("precedence", _PARENTHESES, scale="{var} + 1e-5 ** {power}"),
    edit("precedence", _PARENTHESES, scale="({var} + 1e-5 ** {power})"),
    edit("precedence", _PARENTHESES, gain="({gain_}", scale="{var} + 1e-5) ** {power}", cost=2),
    edit(
        "missing_local_derivative", "the gain is missing: it multiplies at inference too", gain="1"
    ),
    edit("missing_local_derivative", "the scale of the running variance is missing", scale="1"),
    edit("missing_upstream", "the gradient that comes in is missing", up="torch.ones_like({up_})"),
    edit("missing_upstream", "the gradient that comes in is missing", up="1"),
    edit(
        "wrong_sign", "the sign: gain and scale are both factors of what comes in", gain="-bngain"
    ),
    edit("wrong_variable", _LINEAR, up="{up_} * (hprebn - bnmean_running)"),
    edit("wrong_variable", _LINEAR, up="{up_} * hprebn"),
    edit("wrong_variable", _LINEAR, up="{up_} * {raw}"),
    edit("branch_twice", f"{_CONSTANTS}; here the mean takes part", up="({up_} - {up_}.mean(0))"),
    edit(
        "branch_twice",
        f"{_CONSTANTS}; here the mean takes part",
        up="{up_} - {gain} * {scale} * {up_}.sum(0)",
        cost=2,
    ),
    edit("extra_mean_factor", f"{_FIXED} nothing is divided by `n`", gain="bngain / n"),
    edit(
        "extra_mean_factor", f"{_FIXED} nothing is divided by `n`", gain="bngain / (n - 1)", cost=2
    ),
    edit(
        "extra_sum",
        f"{_FIXED} each example stands for itself and nothing is summed",
        up="{up_}.sum(0, keepdim=True)",
    ),
    *(
        edit(
            "other_function",
            f"{_CONSTANTS}; this is the gradient of the layer while it trains",
            scale=scale,
            up=f"({{up_}} - {{up_}}.mean(0) - {raw} * ({{up_}} * {raw}).sum(0) / {m})",
        )
        for scale, raw in (
            ("bnvar_inv", "bnraw"),
            ("{scale_}", "bnraw"),
            ("{scale_}", "((hprebn - bnmean_running) * {scale_})"),
        )
        for m in ("(n - 1)", "n")
    ),
)

WRITTEN: tuple[Mistake, ...] = (
    *(*STATISTICS, *PATHS, *PROJECT),
    *_DHPREBN.mistakes(NORM_PATHS, NORM_ALONG, AROUND, BESSEL),
    *_BIASED.mistakes(NORM_PATHS, NORM_ALONG, AROUND, _BIASED_ONLY),
    *_INFERENCE.mistakes(_INFERENCE_ONLY),
)
