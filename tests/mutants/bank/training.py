"""Stage 04: what students type wrongly in the whole backward pass and in the training."""

from tests.mutants.kinds import Mistakes, edited

__all__ = ["BACKWARD", "MISTAKES", "TRAINING"]

BACKWARD = """C, W1, _, W2, _, bngain, _ = parameters
embcat, bnvar_inv, bnraw, h, logits = kept
n = len(Xb)
dlogits = torch.softmax(logits, 1)
dlogits[torch.arange(n), Yb] -= 1
dlogits /= n
dh = dlogits @ W2.T
dW2 = h.T @ dlogits
db2 = dlogits.sum(0)
dhpreact = (1 - h * h) * dh
dbngain = (bnraw * dhpreact).sum(0, keepdim=True)
dbnbias = dhpreact.sum(0, keepdim=True)
dhprebn = bngain * bnvar_inv * (dhpreact - dbnbias / n - bnraw * dbngain / (n - 1))
dembcat = dhprebn @ W1.T
dW1 = embcat.T @ dhprebn
db1 = dhprebn.sum(0)
demb = dembcat.view(-1, C.shape[1])
dC = torch.zeros_like(C).index_add_(0, Xb.view(-1), demb)
return dC, dW1, db1, dW2, db2, dbngain, dbnbias"""

TRAINING = """parameters = [p.clone() for p in start]
draws = torch.Generator().manual_seed(42)
with torch.no_grad():
    for step in progress({steps}):
        Xb, Yb = draw_minibatch(Xtr, Ytr, 32, draws)
        loss, kept = forward(parameters, Xb, Yb)
        gradients = backward(parameters, kept, Xb, Yb)
        rate = {rate}
        for parameter, gradient in zip(parameters, gradients, strict=True):
            {update}
        note(step, loss, rate, parameters, gradients)"""


def _training(
    steps: str = "300", rate: str = "0.1", update: str = "parameter -= rate * gradient"
) -> str:
    return TRAINING.format(steps=steps, rate=rate, update=update)


def _backward(old: str, new: str) -> str:
    return edited(BACKWARD, (old, new))


_RETURN = "return dC, dW1, db1, dW2, db2, dbngain, dbnbias"

MISTAKES: Mistakes = {
    "backward": {
        "missing_mean_factor": [_backward("dlogits /= n\n", "")],
        "missing_branch": [
            _backward("dlogits[torch.arange(n), Yb] -= 1\n", ""),
            _backward(" - bnraw * dbngain / (n - 1)", ""),
            _backward(" - dbnbias / n", ""),
        ],
        "wrong_power": [_backward("h * h", "h")],
        "bessel": [_backward("/ (n - 1)", "/ n")],
        "lost_duplicates": [
            _backward(
                "dC = torch.zeros_like(C).index_add_(0, Xb.view(-1), demb)",
                "dC = torch.zeros_like(C)\ndC[Xb.view(-1)] += demb",
            )
        ],
        "transposed": [_backward("embcat.T @ dhprebn", "dhprebn.T @ embcat")],
        "wrong_index": [
            _backward(_RETURN, _RETURN.replace("dbngain, dbnbias", "dbnbias, dbngain"))
        ],
        "all_rows_indexed": [_backward("[torch.arange(n), Yb]", "[:, Yb]")],
        "wrong_axis": [_backward("torch.softmax(logits, 1)", "torch.softmax(logits, 0)")],
        "wrong_sign": [_backward("- bnraw * dbngain", "+ bnraw * dbngain")],
        "missing_local_derivative": [_backward("(1 - h * h) * dh", "dh")],
        "wrong_upstream": [_backward("dhprebn @ W1.T", "dhpreact @ W1.T")],
        "missing_sum": [_backward("db2 = dlogits.sum(0)", "db2 = dlogits")],
        "wrong_layout": [_backward("Xb.view(-1)", "Xb.T.reshape(-1)")],
        "aliasing": [
            _backward("torch.softmax(logits, 1)", "logits.sub_(logits.logsumexp(1)[:, None]).exp()")
        ],
        "hard_coded_size": [_backward("n = len(Xb)", "n = 32"), _backward("C.shape[1]", "10")],
        "not_a_tensor": [_backward(_RETURN, _RETURN.replace(", dbnbias", ""))],
        "not_finite": [_backward("bnvar_inv * (", "bnvar_inv / 0 * (")],
        "raised": [_backward("dlogits @ W2.T", "dlogits @ W2")],
        "not_attempted": ["raise NotImplementedError()"],
        "precedence": [_backward("(1 - h * h) * dh", "1 - h * h * dh")],
        "used_autograd": [
            "leaves = [p.clone().requires_grad_() for p in parameters]\n"
            "loss, _ = forward(leaves, Xb, Yb)\nloss.backward()\n"
            "return tuple(leaf.grad for leaf in leaves)"
        ],
    },
    "parameters": {
        "loss_too_high": [
            "[p.clone() for p in start]",
            _training(),
            _training("50", update="parameter = parameter - rate * gradient"),
        ],
        "wrong_sign": [_training(update="parameter += rate * gradient")],
        "wrong_constant": [_training("1000", rate="1e-4"), _training("300", rate="100.0")],
        "missing_upstream": [_training(update="parameter -= rate")],
        "zero_answer": ["[torch.zeros_like(p) for p in start]"],
        "not_a_tensor": ["start[:6]", "dict(zip(PARAMETERS, start))"],
        "transposed": ["[start[0], start[1].T, *start[2:]]"],
        "not_finite": ["[p / 0 for p in start]"],
        "not_attempted": ["parameters = None"],
        "raised": [_training(update="parameter -= rate * gradiant")],
        "used_autograd": [
            "parameters = [p.clone().requires_grad_() for p in start]\n"
            "for step in range(50):\n"
            "    Xb, Yb = draw_minibatch(Xtr, Ytr, 32, generator)\n"
            "    loss, _ = forward(parameters, Xb, Yb)\n"
            "    for p in parameters:\n        p.grad = None\n"
            "    loss.backward()\n"
            "    for p in parameters:\n        p.data -= 0.1 * p.grad"
        ],
    },
}
