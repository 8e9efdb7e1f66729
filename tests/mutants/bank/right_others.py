"""Stages 02, 03 and 04: other right ways that students write."""

from tests.mutants.bank.batchnorm import FUSED, PATHS
from tests.mutants.bank.training import BACKWARD, TRAINING
from tests.mutants.kinds import Across, Right, edited

__all__ = ["ACROSS", "BATCHNORM", "CROSS_ENTROPY", "TRAINED"]

_AT_TARGETS = "dlogits = logits.softmax(1)\ndlogits[range(n), Yb] -= 1\ndlogits /= n"
_ROW_BY_ROW = """result = []
for row in x:
    largest = row.max()
    result.append(largest + torch.log(torch.sum(torch.exp(row - largest))))
return torch.stack(result)"""

CROSS_ENTROPY: Right = {
    "probs": [
        "F.softmax(logits, dim=1)",
        "logits.exp() / logits.exp().sum(1, keepdim=True)",
        "torch.stack([row.exp() / row.exp().sum() for row in logits])",
        "F.log_softmax(logits, -1).exp()",
    ],
    "softmax_jacobian": [
        "p = x.softmax(0)\nreturn p[:, None] * (torch.eye(len(x)) - p)",
        "p = x.exp() / x.exp().sum()\n"
        "J = torch.zeros(len(x), len(x))\n"
        "for i in range(len(x)):\n    for j in range(len(x)):\n"
        "        J[i, j] = p[i] * (float(i == j) - p[j])\n"
        "return J",
        "p = x.softmax(0)\nreturn p.diag() - p[:, None] @ p[None, :]",
    ],
    "example_gradient": [
        "F.softmax(x, 0) - F.one_hot(torch.tensor(y), len(x))",
        "p = F.softmax(x, 0)\nupstream = torch.zeros_like(x)\nupstream[y] = -1 / p[y]\n"
        "return (torch.diag(p) - torch.outer(p, p)) @ upstream",
        "x.softmax(0) - (torch.arange(len(x)) == y).double()",
    ],
    "dlogits": [
        _AT_TARGETS,
        "p = torch.exp(logits - logits.logsumexp(1, keepdim=True))\n"
        "dlogits = (p - torch.eye(p.shape[1])[Yb]) / n",
        "F.softmax(logits, 1).scatter_add(1, Yb[:, None], -torch.ones(n, 1)) / len(Yb)",
        "p = logits.softmax(1)\n"
        "dlogits = torch.where(torch.arange(p.shape[1]) == Yb[:, None], p - 1, p) / n",
    ],
    "breaking_scale": [
        "1075 * 0.6931471805599453 / float((logits.max(1).values - logits.min(1).values).max())"
        " * 1.001",
        "breaking_scale = 1.0\n"
        "while not unrolled_backward(breaking_scale * logits, sure)[1].isnan().any():\n"
        "    breaking_scale *= 1.005",
    ],
    "logsumexp": [
        "torch.logsumexp(x, 1)",
        _ROW_BY_ROW,
        "m = x.amax(1, keepdim=True)\nreturn (m + (x - m).exp().sum(1, keepdim=True).log())[:, 0]",
        "m = x.amax(1, keepdim=True)\nreturn m + (x - m).exp().sum(1, keepdim=True).log()",
    ],
}

BATCHNORM: Right = {
    "dbnraw": ["dhpreact * bngain", "dhpreact @ bngain[0].diag()", "torch.mul(bngain, dhpreact)"],
    "dbnvar": [
        "(-0.5 * (bnvar + 1e-5) ** -1.5 * (hprebn - bnmeani) * dbnraw).sum(0, keepdim=True)",
        "-0.5 * bnvar_inv**2 * (bnraw * dbnraw).sum(0)",
        "dbnvar_inv = ((hprebn - bnmeani) * dbnraw).sum(0, keepdim=True)\n"
        "dbnvar = -0.5 * (bnvar + 1e-5) ** -1.5 * dbnvar_inv",
    ],
    "dbnmeani": [
        "-bnvar_inv * dbnraw.sum(0)",
        "-(bnvar_inv * dbnraw).sum(0) - 2 / (n - 1) * dbnvar * (hprebn - bnmeani).sum(0)",
        "-torch.einsum('ij,j->j', dbnraw, bnvar_inv[0])",
    ],
    "dhprebn_paths": [
        "x = hprebn - bnmeani\n"
        "dhprebn_paths = torch.empty(3, *hprebn.shape)\n"
        "dhprebn_paths[0] = bnvar_inv * bngain * dhpreact\n"
        "dhprebn_paths[1] = dbnmeani / n\n"
        "dhprebn_paths[2] = 2 * x * dbnvar / (n - 1)",
        edited(PATHS, (".expand(n, -1)", ".repeat(n, 1)")),
    ],
    "dhprebn": [
        "bngain * bnvar_inv * (dhpreact - dhpreact.mean(0)\n"
        "    - bnraw * (dhpreact * bnraw).sum(0) / (n - 1))",
        "centered = hprebn - hprebn.mean(0)\nv = hprebn.var(0) + 1e-5\n"
        "dhprebn = bngain / v.sqrt() * (dhpreact - dhpreact.mean(0)\n"
        "    - centered * (dhpreact * centered).sum(0) / v / (n - 1))",
        edited(FUSED, ("(dhpreact * bnraw).sum(0)", "torch.einsum('ij,ij->j', dhpreact, bnraw)")),
        f"({FUSED}).float()",
    ],
    "project": [
        "unit = F.normalize(r, dim=0)\nreturn g - g.mean(0) - (g * unit).sum(0) * unit",
        "columns = []\nfor a, b in zip(g.T, r.T):\n"
        "    columns.append(a - a.mean() - (a @ b) / (b @ b) * b)\n"
        "return torch.stack(columns, 1)",
        "g = g - g.mean(0, keepdim=True)\nreturn g - r * (g * r).sum(0) / r.square().sum(0)",
    ],
    "dhprebn_biased": [
        "bngain * bnvar_inv_biased * (dhpreact - dhpreact.mean(0)\n"
        "    - bnraw_biased * (dhpreact * bnraw_biased).mean(0))",
        "v = bnvar * (n - 1) / n + 1e-5\nr = (hprebn - bnmeani) * v**-0.5\n"
        "dhprebn_biased = bngain * v**-0.5 * (dhpreact - dhpreact.mean(0)\n"
        "    - r * (dhpreact * r).mean(0))",
    ],
    "dhprebn_inference": [
        "dhpreact * bngain / torch.sqrt(bnvar_running + 1e-5)",
        "dhpreact @ torch.diag((bngain * (bnvar_running + 1e-5) ** -0.5)[0])",
    ],
}

TRAINED: Right = {
    "backward": [
        edited(
            BACKWARD,
            ("dlogits[torch.arange(n), Yb] -= 1", "dlogits -= F.one_hot(Yb, W2.shape[1])"),
            ("(1 - h * h)", "(1 - h**2)"),
        ),
        edited(
            BACKWARD,
            (
                "dC = torch.zeros_like(C).index_add_(0, Xb.view(-1), demb)",
                "dC = torch.zeros_like(C)\nfor row, d in zip(Xb.view(-1), demb):\n    dC[row] += d",
            ),
        ),
        edited(
            BACKWARD,
            (
                "dbngain = (bnraw * dhpreact).sum(0, keepdim=True)",
                "dbngain = (bnraw * dhpreact).sum(0)",
            ),
            ("dbnbias = dhpreact.sum(0, keepdim=True)", "dbnbias = dhpreact.sum(0)"),
            ("db1 = dhprebn.sum(0)", "db1 = torch.zeros(W1.shape[1])"),
        ),
    ],
    "parameters": [
        TRAINING.format(
            steps="7_000",
            rate="0.1 if step < 5_000 else 0.01",
            update="parameter -= rate * gradient",
        ),
    ],
}

ACROSS = (
    Across(
        "a function of one's own",
        {"dhprebn": "bngain * bnvar_inv * (dhpreact - dhpreact.mean(0) - along(bnraw))"},
        {"dhprebn": ["def along(r):\n    return r * (dhpreact * r).sum(0) / (n - 1)"]},
    ),
)
