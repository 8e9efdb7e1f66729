"""Stage 00: other right ways that students write."""

from tests.mutants.bank.warmup_functions import RULER
from tests.mutants.kinds import Right

__all__ = ["RIGHT"]

RIGHT: Right = {
    "dside": ["side + side", "2 * side.item()", "torch.tensor(2.0) * side"],
    "de": ["2.0 * (h - y)", "e + e", "2 * e**1"],
    "dh": ["de", "1 * de", "2 * (h - y)", "de * torch.ones_like(h)"],
    "dz": ["dh - h * h * dh", "dh / torch.cosh(z) ** 2", "(1 - h**2) * 2 * (h - y)"],
    "dw": ["dz * s", "2 * e * (1 - h**2) * s", "s * (1 - torch.tanh(z) ** 2) * dh"],
    "numerical_gradient": [
        "gradient = torch.empty_like(x)\n"
        "for place in range(x.numel()):\n"
        "    nudge = torch.zeros_like(x)\n"
        "    nudge.view(-1)[place] = step\n"
        "    rise = function(x + nudge) - function(x - nudge)\n"
        "    gradient.view(-1)[place] = rise / (2 * step)\n"
        "return gradient",
        "import numpy as np\n"
        "gradient = torch.zeros_like(x)\n"
        "for place in np.ndindex(*x.shape):\n"
        "    above, below = x.clone(), x.clone()\n"
        "    above[place] += step\n    below[place] -= step\n"
        "    gradient[place] = (function(above) - function(below)) / (2 * step)\n"
        "return gradient",
        RULER.format(quotient="(function(above) - function(below)) / step / 2"),
        "nudges = step * torch.eye(x.numel(), dtype=x.dtype).view(-1, *x.shape)\n"
        "slopes = [(function(x + d) - function(x - d)) / (2 * step) for d in nudges]\n"
        "return torch.stack(slopes).view(x.shape)",
    ],
    "good_step": ["1e-6", "torch.tensor(1e-5)", "steps[errors['float64'].argmin()].item()"],
    "da": ["3 * c * a**2", "dleft * 2 * a + dright * c", "da = 2 * a * dleft\nda += c * dright"],
    "unbroadcast": [
        "gradient.sum_to_size(shape)",
        "extra = gradient.ndim - len(shape)\n"
        "dims = [d for d in range(gradient.ndim) if d < extra or shape[d - extra] == 1]\n"
        "return (gradient.sum(dims) if dims else gradient).reshape(shape)",
        "while gradient.ndim > len(shape):\n    gradient = gradient.sum(dim=0)\n"
        "for d in range(len(shape)):\n"
        "    if gradient.shape[d] != shape[d]:\n"
        "        gradient = gradient.sum(d, keepdim=True)\n"
        "return gradient",
    ],
    "dA": ["(B @ dproduct.T).T", "torch.einsum('ij,kj->ik', dproduct, B)", "pull @ B.T"],
    "dB": ["A.transpose(0, 1).matmul(dproduct)", "torch.einsum('ij,ik->jk', A, dproduct)"],
    "dtable": [
        "torch.zeros_like(table).index_add(0, rows, dpicked)",
        "F.one_hot(rows, len(table)).double().T @ dpicked",
        "torch.zeros_like(table).index_put((rows,), dpicked, accumulate=True)",
        "torch.stack([dpicked[rows == row].sum(0) for row in range(len(table))])",
    ],
}
