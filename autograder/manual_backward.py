"""One training step of the network with its backward pass written by hand, and made fast.

This is the reference implementation for benchmarking and for `make train`. It computes what the
exercise of stage 04 computes, and differs from what a student writes there in three ways that
save time: every gradient is written straight to its place (`out=`), intermediates that nobody
reads again are overwritten, and all parameters lie in one vector, so that an update is a single
subtraction. The notebooks do not import it.

The formulas are those that the course derives: softmax with the negative log-likelihood in stage
02, batch norm with Bessel's correction in stage 03, everything else in stage 01.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["ManualNetwork"]

_EPSILON = 1e-5  # keeps the batch norm finite where a unit is the same for every example


class ManualNetwork:
    """Embedding, linear, batch norm, tanh, linear, cross entropy; the gradients by hand.

    ``parameters`` and ``gradients`` are lists of seven tensors in the order C, W1, b1, W2, b2,
    bngain, bnbias. They are views of two vectors: change them in place, never replace them.
    """

    def __init__(self, start: Sequence[Tensor]) -> None:
        """Copy the seven tensors in ``start``: one dtype, shapes as ``draw_parameters`` makes."""
        self._values = torch.cat([tensor.detach().reshape(-1) for tensor in start])
        self._slopes = torch.zeros_like(self._values)
        shapes = [tensor.shape for tensor in start]
        self.parameters = _views(self._values, shapes)
        self.gradients = _views(self._slopes, shapes)

    @torch.no_grad()
    def backward(self, Xb: Tensor, Yb: Tensor) -> Tensor:
        """Run one minibatch forwards and backwards; fills ``gradients``, returns the mean loss.

        ``Xb`` (n, context) and ``Yb`` (n,) are int64, with n at least 2.
        """
        C, W1, b1, W2, b2, bngain, bnbias = self.parameters
        dC, dW1, db1, dW2, db2, dbngain, dbnbias = self.gradients
        n = len(Xb)

        embcat = F.embedding(Xb, C).view(n, -1)
        hprebn = torch.addmm(b1, embcat, W1)
        # Not torch.var_mean: over the rows of a small matrix it is slower than all the rest.
        bnraw = hprebn.sub_(hprebn.mean(0, keepdim=True))
        bnvar_inv = (bnraw * bnraw).sum(0, keepdim=True).div_(n - 1).add_(_EPSILON).rsqrt_()
        bnraw.mul_(bnvar_inv)
        h = torch.addcmul(bnbias, bnraw, bngain).tanh_()
        logprobs = torch.log_softmax(torch.addmm(b2, h, W2), 1)
        loss = F.nll_loss(logprobs, Yb)

        # Probabilities, less one at the target, over n.
        targets = Yb.unsqueeze(1)
        dlogits = logprobs.exp_()
        dlogits.scatter_add_(1, targets, dlogits.new_full(targets.shape, -1.0)).div_(n)
        torch.mm(h.T, dlogits, out=dW2)
        torch.sum(dlogits, 0, out=db2)
        dh = dlogits @ W2.T
        dhpreact = dh.addcmul_(dh * h, h, value=-1.0)  # dh (1 - h²)
        torch.sum(dhpreact, 0, keepdim=True, out=dbnbias)
        torch.sum(dhpreact * bnraw, 0, keepdim=True, out=dbngain)
        # Batch norm: take away the mean, and the part along bnraw; then scale.
        dhprebn = dhpreact.sub_(dbnbias, alpha=1 / n).addcmul_(bnraw, dbngain, value=-1 / (n - 1))
        dhprebn.mul_(bnvar_inv.mul_(bngain))
        torch.mm(embcat.T, dhprebn, out=dW1)
        torch.sum(dhprebn, 0, out=db1)
        demb = (dhprebn @ W1.T).view(-1, C.shape[1])
        dC.zero_().index_add_(0, Xb.reshape(-1), demb)
        return loss

    @torch.no_grad()
    def update(self, rate: float) -> None:
        """Move every parameter against its gradient, by ``rate`` times that gradient."""
        self._values.sub_(self._slopes, alpha=rate)


def _views(vector: Tensor, shapes: Sequence[torch.Size]) -> list[Tensor]:
    """The consecutive pieces of ``vector`` in these shapes, sharing its memory."""
    pieces = torch.split(vector, [shape.numel() for shape in shapes])
    return [piece.view(shape) for piece, shape in zip(pieces, shapes, strict=True)]
