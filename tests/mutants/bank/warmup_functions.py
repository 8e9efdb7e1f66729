"""Stage 00, its functions and its number: what students type wrongly."""

from tests.mutants.kinds import Mistakes

__all__ = ["MISTAKES", "RULER", "UNBROADCAST"]

RULER = """gradient = torch.zeros_like(x)
for i in range(x.numel()):
    above, below = x.clone(), x.clone()
    above.view(-1)[i] += step
    below.view(-1)[i] -= step
    gradient.view(-1)[i] = {quotient}
return gradient"""

UNBROADCAST = """while gradient.ndim > len(shape):
    gradient = gradient.{extra}
for dimension, size in enumerate(shape):
    if {which}:
        gradient = gradient.{kept}
return gradient"""


def _ruler(quotient: str) -> str:
    return RULER.format(quotient=quotient)


def _unbroadcast(
    extra: str = "sum(0)", which: str = "size == 1", kept: str = "sum(dimension, keepdim=True)"
) -> str:
    return UNBROADCAST.format(extra=extra, which=which, kept=kept)


MISTAKES: Mistakes = {
    "numerical_gradient": {
        "one_sided": [
            _ruler("(function(above) - function(x)) / step"),
            _ruler("(function(x) - function(below)) / step"),
        ],
        "wrong_constant": [_ruler("(function(above) - function(below)) / step")],
        "wrong_sign": [_ruler("(function(below) - function(above)) / (2 * step)")],
        "missing_local_derivative": [_ruler("function(above) - function(below)")],
        "precedence": [
            _ruler("(function(above) - function(below)) / 2 * step"),
            _ruler("function(above) - function(below) / (2 * step)"),
        ],
        "aliasing": [
            "gradient = torch.zeros_like(x)\n"
            "for i in range(x.numel()):\n"
            "    x.view(-1)[i] += step\n"
            "    above = function(x)\n"
            "    x.view(-1)[i] -= 2 * step\n"
            "    gradient.view(-1)[i] = (above - function(x)) / (2 * step)\n"
            "return gradient"
        ],
        "overwritten_accumulation": [
            _ruler("(function(above) - function(below)) / (2 * step)").replace(
                "gradient.view(-1)[i] =", "gradient[...] ="
            )
        ],
        "extra_sum": ["(function(x + step) - function(x - step)) / (2 * step)"],
        "zero_answer": ["torch.zeros_like(x)"],
        "not_a_tensor": ["None"],
        "wrong_dtype": [
            _ruler("(function(above) - function(below)) / (2 * step)").replace(
                "return gradient", "return gradient.half()"
            )
        ],
        "not_attempted": ["raise NotImplementedError()"],
    },
    "good_step": {
        "too_large": ["0.1", "1e-3"],
        "too_small": ["1e-10", "1e-15"],
        "wrong_sign": ["-1e-5"],
        "zero_answer": ["0"],
        "not_attempted": ["None"],
        "raised": ["steps[errors['float64'].argmin()] / nothing"],
    },
    "unbroadcast": {
        "missing_sum": ["gradient", _unbroadcast(which="False")],
        "mean_instead_of_sum": [
            _unbroadcast(extra="mean(0)"),
            _unbroadcast(kept="mean(dimension, keepdim=True)"),
        ],
        "wrong_axis": [
            _unbroadcast(extra="sum(-1)"),
            "gradient.sum(0, keepdim=True) if gradient.shape != shape else gradient",
        ],
        "extra_sum": [_unbroadcast(which="True"), "gradient.sum()"],
        "wrong_layout": ["gradient.reshape(-1)[: torch.Size(shape).numel()].reshape(shape)"],
        "wrong_index": [_unbroadcast(extra="select(0, 0)")],
        "missing_upstream": ["torch.ones(shape)"],
        "wrong_constant": [_unbroadcast(which="size == 3")],
        "wrong_shape": [_unbroadcast(kept="sum(dimension)")],
        "raised": ["gradient.view(shape)"],
    },
}
