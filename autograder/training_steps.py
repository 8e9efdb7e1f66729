"""One training step in three ways that end in the same parameters, for comparing their speed."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.manual_backward import ManualNetwork

__all__ = ["TRAINING_STEPS", "Step", "autograd_step", "lecture_step", "manual_step"]

# (Xb (n, context), Yb (n,), rate) -> the mean loss; moves the parameters that it was made for.
Step = Callable[[Tensor, Tensor, float], Tensor]

_EPSILON = 1e-5


def lecture_step(start: Sequence[Tensor]) -> tuple[list[Tensor], Step]:
    """The way the lecture's exercise ends: an operation a line, and `dC` in a double loop.

    The two one-line gradients (cross entropy, batch norm) are used, as they are there. Sums stand
    where the lecture has `var`, which is far slower than they are here. Takes and returns the
    parameters in the order C, W1, b1, W2, b2, bngain, bnbias, with the step that changes them.
    """
    parameters = [tensor.clone() for tensor in start]

    @torch.no_grad()
    def step(Xb: Tensor, Yb: Tensor, rate: float) -> Tensor:
        C, W1, b1, W2, b2, bngain, bnbias = parameters
        n = len(Xb)
        emb = C[Xb]
        embcat = emb.view(n, -1)
        hprebn = embcat @ W1 + b1
        bnmeani = hprebn.sum(0, keepdim=True) / n
        bndiff = hprebn - bnmeani
        bnvar = (bndiff**2).sum(0, keepdim=True) / (n - 1)
        bnvar_inv = (bnvar + _EPSILON) ** -0.5
        bnraw = bndiff * bnvar_inv
        hpreact = bngain * bnraw + bnbias
        h = torch.tanh(hpreact)
        logits = h @ W2 + b2
        loss = F.cross_entropy(logits, Yb)

        dlogits = F.softmax(logits, 1)
        dlogits[range(n), Yb] -= 1
        dlogits /= n
        dh = dlogits @ W2.T
        dW2 = h.T @ dlogits
        db2 = dlogits.sum(0)
        dhpreact = (1 - h**2) * dh
        dbngain = (bnraw * dhpreact).sum(0, keepdim=True)
        dbnbias = dhpreact.sum(0, keepdim=True)
        along = (dhpreact * bnraw).sum(0)
        dhprebn = bngain * bnvar_inv * (dhpreact - dhpreact.sum(0) / n - bnraw * along / (n - 1))
        dembcat = dhprebn @ W1.T
        dW1 = embcat.T @ dhprebn
        db1 = dhprebn.sum(0)
        demb = dembcat.view(emb.shape)
        dC = torch.zeros_like(C)
        for row in range(Xb.shape[0]):
            for column in range(Xb.shape[1]):
                dC[Xb[row, column]] += demb[row, column]

        gradients = [dC, dW1, db1, dW2, db2, dbngain, dbnbias]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter += -rate * gradient
        return loss

    return parameters, step


def autograd_step(start: Sequence[Tensor]) -> tuple[list[Tensor], Step]:
    """PyTorch's own backward, on the fastest forward pass that it has for this network.

    `F.batch_norm` divides by n inside, the network by n - 1; a factor on the gain and on epsilon
    turns the one exactly into the other, and is nearly twice as fast as the formula in single
    operations. Takes and returns what `lecture_step` does.
    """
    parameters = [tensor.clone().requires_grad_() for tensor in start]

    def step(Xb: Tensor, Yb: Tensor, rate: float) -> Tensor:
        C, W1, b1, W2, b2, bngain, bnbias = parameters
        n = len(Xb)
        bessel = (n - 1) / n
        hprebn = torch.addmm(b1, F.embedding(Xb, C).view(n, -1), W1)
        hpreact = F.batch_norm(
            hprebn,
            running_mean=None,
            running_var=None,
            weight=bngain.view(-1) * bessel**0.5,
            bias=bnbias.view(-1),
            training=True,
            eps=_EPSILON * bessel,
        )
        loss = F.cross_entropy(torch.addmm(b2, torch.tanh(hpreact), W2), Yb)
        for parameter in parameters:
            parameter.grad = None
        loss.backward()  # type: ignore[no-untyped-call]
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.data.sub_(parameter.grad, alpha=rate)
        return loss.detach()

    return parameters, step


def manual_step(start: Sequence[Tensor]) -> tuple[list[Tensor], Step]:
    """The backward by hand of `manual_backward`. Takes and returns what `lecture_step` does."""
    network = ManualNetwork(start)

    def step(Xb: Tensor, Yb: Tensor, rate: float) -> Tensor:
        loss = network.backward(Xb, Yb)
        network.update(rate)
        return loss

    return network.parameters, step


TRAINING_STEPS: dict[str, Callable[[Sequence[Tensor]], tuple[list[Tensor], Step]]] = {
    "lecture": lecture_step,
    "autograd": autograd_step,
    "manual": manual_step,
}
