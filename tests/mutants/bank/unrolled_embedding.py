"""Stage 01, from the first layer to the embedding: what students type wrongly."""

from tests.mutants.kinds import Mistakes

__all__ = ["MISTAKES"]

_LOOP = """dC = torch.zeros_like(C)
for i in range({rows}):
    for p in range({positions}):
        dC[{place}] {sign} demb[i, p]"""


def _loop(
    rows: str = "Xb.shape[0]",
    positions: str = "Xb.shape[1]",
    place: str = "Xb[i, p]",
    sign: str = "+=",
) -> str:
    return _LOOP.format(rows=rows, positions=positions, place=place, sign=sign)


_FLAT = "Xb.flatten(), demb.flatten(0, 1)"

MISTAKES: Mistakes = {
    "dembcat": {
        "transposed": ["W1 @ dhprebn.T", "(dhprebn @ W1.T).T"],
        "wrong_upstream": ["dhpreact @ W1.T", "dbndiff @ W1.T"],
        "raised": ["dhprebn @ W1"],
        "elementwise_for_matmul": ["dhprebn * W1"],
        "wrong_sign": ["-dhprebn @ W1.T"],
        "extra_mean_factor": ["dhprebn @ W1.T / n"],
        "missing_upstream": ["W1.sum(1).expand_as(embcat)"],
        "missing_local_derivative": ["dhprebn.sum(1, keepdim=True).expand_as(embcat)"],
        "product_of_sums": ["dhprebn.sum(1, keepdim=True) * W1.sum(1)"],
        "wrong_variable": ["dhprebn @ (W1 + b1).T"],
        "extra_sum": ["(dhprebn @ W1.T).sum(0)"],
        "forward_value_returned": ["embcat.clone()"],
    },
    "dW1": {
        "transposed": ["dhprebn.T @ embcat"],
        "extra_mean_factor": ["embcat.T @ dhprebn / n"],
        "wrong_upstream": ["embcat.T @ dbndiff", "embcat.T @ dhpreact"],
        "wrong_variable": ["dembcat.T @ hprebn", "dembcat.T @ dhprebn"],
        "missing_sum": ["embcat[:, :, None] * dhprebn[:, None, :]"],
        "wrong_layout": ["emb.transpose(1, 2).reshape(n, -1).T @ dhprebn"],
        "missing_upstream": ["embcat.sum(0)[:, None].expand_as(W1)"],
        "product_of_sums": ["torch.outer(embcat.sum(0), dhprebn.sum(0))"],
        "overwritten_accumulation": [
            "dW1 = torch.zeros_like(W1)\n"
            "for i in range(n):\n    dW1 = embcat[i][:, None] * dhprebn[i]"
        ],
        "wrong_sign": ["embcat.T @ -dhprebn"],
        "zero_answer": ["torch.zeros_like(W1)"],
        "elementwise_for_matmul": ["embcat.T * dhprebn"],
    },
    "db1": {
        "missing_sum": ["dhprebn.clone()"],
        "wrong_axis": ["dhprebn.sum(1)"],
        "wrong_upstream": ["dhpreact.sum(0)", "dbndiff.sum(0)"],
        "mean_instead_of_sum": ["dhprebn.mean(0)"],
        "zero_answer": ["torch.zeros_like(b1)"],
        "extra_sum": ["dhprebn.sum()"],
        "wrong_index": ["dhprebn[0]"],
        "wrong_sign": ["-dhprebn.sum(0)"],
        "missing_upstream": ["torch.full_like(b1, n)"],
        "wrong_variable": ["(b1 * dhprebn).sum(0)"],
        "not_a_tensor": ["'dhprebn.sum(0)'"],
    },
    "demb": {
        "wrong_layout": [
            "dembcat",
            "dembcat.view(n, C.shape[1], -1).transpose(1, 2)",
            "dembcat.view(Xb.shape[1], n, -1).transpose(0, 1)",
            "dembcat.T.reshape(emb.shape)",
        ],
        "transposed": ["dembcat.view(emb.shape).transpose(1, 2)"],
        "hard_coded_size": ["dembcat.view(32, 3, 10)"],
        "wrong_sign": ["-dembcat.view(emb.shape)"],
        "wrong_index": ["dembcat.view(emb.shape)[:, :1].expand_as(emb)"],
        "mean_instead_of_sum": ["dembcat.view(emb.shape) / Xb.shape[1]"],
        "aliasing": ["demb = dembcat.view(emb.shape)\ndemb *= 2\ndemb /= 3"],
        "forward_value_returned": ["emb.clone()"],
        "extra_sum": ["dembcat.view(emb.shape).sum(1)"],
        "wrong_upstream": ["(dbndiff @ W1.T).view(emb.shape)"],
        "not_attempted": ["# demb: later"],
    },
    "dC": {
        "lost_duplicates": [
            "dC = torch.zeros_like(C)\ndC[Xb] += demb",
            "dC = torch.zeros_like(C)\ndC[Xb] = demb",
            "torch.zeros_like(C).index_put((Xb,), demb)",
            f"torch.zeros_like(C).index_copy(0, {_FLAT})",
        ],
        "overwritten_accumulation": [_loop(sign="=")],
        "wrong_index": [
            _loop(positions="Xb.shape[1] - 1"),
            _loop(place="Yb[i]"),
            "torch.zeros_like(C).index_add(0, Xb[:, 0], demb[:, 0])",
        ],
        "wrong_layout": ["torch.zeros_like(C).index_add(0, Xb.T.flatten(), demb.flatten(0, 1))"],
        "forward_value_returned": ["C.clone()"],
        "wrong_upstream": ["torch.zeros_like(C).index_add(0, Xb.flatten(), emb.flatten(0, 1))"],
        "extra_mean_factor": [f"torch.zeros_like(C).index_add(0, {_FLAT}) / n"],
        "wrong_sign": [_loop(sign="-=")],
        "missing_classes": ["F.one_hot(Xb.flatten()).to(demb.dtype).T @ demb.flatten(0, 1)"],
        "hard_coded_size": [f"torch.zeros(27, 10).index_add(0, {_FLAT})", _loop("32", "3")],
        "missing_upstream": [
            "torch.bincount(Xb.flatten(), minlength=len(C))[:, None] * torch.ones_like(C)"
        ],
        "mean_instead_of_sum": [
            "torch.stack([demb[Xb == row].mean(0).nan_to_num() for row in range(len(C))])"
        ],
        "extra_sum": ["demb.sum((0, 1)).expand_as(C)"],
        "used_autograd": ["C.grad"],
    },
}
