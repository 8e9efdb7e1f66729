"""Stage 00: the ruler, and the rule of broadcasting, as functions."""

STAGE = "00_warmup"

_NUMERICAL = """\
def numerical_gradient(function, x, step):
    gradient = torch.zeros_like(x)
    for i in range(x.numel()):
        above, below = x.clone(), x.clone()
        {body}
    return gradient
"""

_MOVE = "above.view(-1)[i] += step\n        below.view(-1)[i] -= step\n        "


def _numerical(body: str) -> str:
    """The function with this inside its loop."""
    return _NUMERICAL.format(body=body)


MISTAKES = {
    "numerical_gradient": [
        (
            "one_sided",
            _numerical(
                "above.view(-1)[i] += step\n"
                "        gradient.view(-1)[i] = (function(above) - function(x)) / step"
            ),
        ),
        (
            "wrong_constant",
            _numerical(_MOVE + "gradient.view(-1)[i] = (function(above) - function(below)) / step"),
        ),
        (
            "wrong_sign",
            _numerical(
                _MOVE + "gradient.view(-1)[i] = (function(below) - function(above)) / (2 * step)"
            ),
        ),
        (
            "precedence",
            _numerical(
                _MOVE + "gradient.view(-1)[i] = (function(above) - function(below)) / 2 * step"
            ),
        ),
        (
            "precedence",
            _numerical(
                _MOVE + "gradient.view(-1)[i] = function(above) - function(below) / (2 * step)"
            ),
        ),
        (
            "aliasing",
            "def numerical_gradient(function, x, step):\n"
            "    gradient = torch.zeros_like(x)\n"
            "    for i in range(x.numel()):\n"
            "        x.view(-1)[i] += step\n"
            "        above = function(x)\n"
            "        x.view(-1)[i] -= 2 * step\n"
            "        gradient.view(-1)[i] = (above - function(x)) / (2 * step)\n"
            "    return gradient\n",
        ),
    ],
    "unbroadcast": [
        (
            "missing_sum",
            "def unbroadcast(gradient, shape):\n"
            "    while gradient.ndim > len(shape):\n"
            "        gradient = gradient.sum(0)\n"
            "    return gradient\n",
        ),
        (
            "mean_instead_of_sum",
            "def unbroadcast(gradient, shape):\n"
            "    while gradient.ndim > len(shape):\n"
            "        gradient = gradient.mean(0)\n"
            "    for dimension, size in enumerate(shape):\n"
            "        if size == 1:\n"
            "            gradient = gradient.mean(dimension, keepdim=True)\n"
            "    return gradient\n",
        ),
        (
            "extra_sum",
            "def unbroadcast(gradient, shape):\n"
            "    extra = gradient.ndim - len(shape)\n"
            "    dims = tuple(range(extra))\n"
            "    dims += tuple(i + extra for i, size in enumerate(shape) if size == 1)\n"
            "    return gradient.sum(dims).reshape(shape) if dims else gradient.sum()\n",
        ),
        (
            "wrong_index",
            "def unbroadcast(gradient, shape):\n"
            "    while gradient.ndim > len(shape):\n"
            "        gradient = gradient[0]\n"
            "    for dimension, size in enumerate(shape):\n"
            "        if size == 1:\n"
            "            gradient = gradient.narrow(dimension, 0, 1)\n"
            "    return gradient\n",
        ),
        (
            "wrong_axis",
            "def unbroadcast(gradient, shape):\n"
            "    while gradient.ndim > len(shape):\n"
            "        gradient = gradient.sum(-1)\n"
            "    for dimension, size in enumerate(shape):\n"
            "        if size == 1:\n"
            "            gradient = gradient.sum(dimension, keepdim=True)\n"
            "    return gradient\n",
        ),
    ],
}

COMBINED: dict[str, list[tuple[tuple[str, str], str]]] = {}

RIGHT = {
    "numerical_gradient": [
        "def numerical_gradient(function, x, step):\n"
        "    values = []\n"
        "    for i in range(x.numel()):\n"
        "        nudge = torch.zeros(x.numel(), dtype=x.dtype)\n"
        "        nudge[i] = step\n"
        "        nudge = nudge.reshape(x.shape)\n"
        "        values.append((function(x + nudge) - function(x - nudge)) / step / 2)\n"
        "    return torch.stack(values).reshape(x.shape)\n",
    ],
    "unbroadcast": ["def unbroadcast(gradient, shape):\n    return gradient.sum_to_size(shape)\n"],
}
