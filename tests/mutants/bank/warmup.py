"""Stage 00: what students type wrongly for the neuron and the four rules."""

from tests.mutants.kinds import Mistakes

__all__ = ["MISTAKES"]

_TABLE = "dtable = torch.zeros_like(table)\nfor pick, row in enumerate(rows):\n    {line}"

MISTAKES: Mistakes = {
    "dside": {
        "forward_value_returned": ["area.clone()"],
        "wrong_power": ["2 * side**2"],
        "wrong_constant": ["side.clone()", "6.0"],
        "wrong_sign": ["-2 * side"],
        "missing_local_derivative": ["1.0"],
        "zero_answer": ["torch.zeros(())"],
        "not_a_tensor": ["'6'"],
        "other_function": ["3 * side**2"],
        "wrong_dtype": ["(2 * side).long()"],
    },
    "de": {
        "wrong_constant": ["e.clone()"],
        "forward_value_returned": ["loss.clone()"],
        "wrong_variable": ["2 * h", "2 * y"],
        "wrong_power": ["2 * e**2"],
        "wrong_sign": ["-2 * e"],
        "missing_local_derivative": ["2.0"],
        "zero_answer": ["0.0"],
        "not_attempted": ["de = ..."],
    },
    "dh": {
        "wrong_sign": ["-de"],
        "wrong_variable": ["h * de", "(h - y) * de"],
        "missing_upstream": ["torch.ones(())"],
        "wrong_constant": ["2 * de"],
        "other_function": ["(1 - h**2) * de", "de - y"],
        "forward_value_returned": ["e.clone()"],
        "zero_answer": ["0 * de"],
    },
    "dz": {
        "precedence": ["1 - h**2 * dh"],
        "missing_upstream": ["1 - h**2"],
        "wrong_variable": ["(1 - z**2) * dh"],
        "wrong_power": ["(1 - h) * dh"],
        "missing_local_derivative": ["dh.clone()"],
        "wrong_sign": ["(h**2 - 1) * dh"],
        "other_function": ["h * (1 - h) * dh", "torch.cosh(z) * dh"],
        "forward_value_returned": ["h.clone()"],
        "aliasing": ["dz = dh\ndz *= 1 - h**2"],
    },
    "dw": {
        "wrong_variable": ["w * dz", "z * dz"],
        "missing_local_derivative": ["dz.clone()"],
        "missing_upstream": ["s.clone()"],
        "wrong_upstream": ["s * dh", "s * de"],
        "wrong_sign": ["-s * dz"],
        "wrong_power": ["s**2 * dz"],
        "precedence": ["s + b * dz"],
        "other_function": ["s * dz + b"],
        "raised": ["s @ dz"],
    },
    "da": {
        "missing_branch": ["2 * a * dleft", "c * dright"],
        "branch_twice": ["2 * a * dleft + 2 * c * dright"],
        "overwritten_accumulation": ["da = 2 * a * dleft\nda = c * dright"],
        "wrong_upstream": ["2 * a * dright + c * dleft"],
        "product_of_sums": ["(2 * a + c) * (dleft + dright)"],
        "extra_sum": ["(2 * a * dleft + c * dright).sum()"],
        "wrong_constant": ["a * dleft + c * dright"],
        "missing_upstream": ["2 * a + c"],
        "wrong_sign": ["2 * a * dleft - c * dright"],
        "wrong_power": ["2 * a**2 * dleft + c * dright"],
        "wrong_variable": ["2 * a * dleft + a * dright"],
        "extra_mean_factor": ["(2 * a * dleft + c * dright) / len(a)"],
        "aliasing": ["da = dleft\nda *= 2 * a\nda += c * dright"],
    },
    "dA": {
        "transposed": ["(dproduct @ B.T).T", "B @ dproduct.T"],
        "elementwise_for_matmul": ["dproduct * B"],
        "wrong_sign": ["-dproduct @ B.T"],
        "wrong_upstream": ["product @ B.T"],
        "missing_upstream": ["torch.ones_like(product) @ B.T"],
        "missing_local_derivative": ["dproduct @ torch.ones_like(B).T"],
        "raised": ["dproduct @ B"],
        "product_of_sums": ["dproduct.sum(1, keepdim=True) * B.sum(1)"],
        "forward_value_returned": ["A.clone()"],
    },
    "dB": {
        "transposed": ["(A.T @ dproduct).T", "dproduct.T @ A"],
        "elementwise_for_matmul": ["A.T * dproduct"],
        "wrong_upstream": ["A.T @ product"],
        "extra_mean_factor": ["A.T @ dproduct / len(A)"],
        "raised": ["A @ dproduct"],
        "missing_upstream": ["A.T @ torch.ones_like(product)"],
        "wrong_sign": ["-(A.T @ dproduct)"],
        "product_of_sums": ["torch.outer(A.sum(0), dproduct.sum(0))"],
        "hard_coded_size": ["sum(torch.outer(A[i], dproduct[i]) for i in range(5))"],
    },
    "dtable": {
        "lost_duplicates": [
            "torch.zeros_like(table).index_copy(0, rows, dpicked)",
            "dtable = torch.zeros_like(table)\ndtable[rows] += dpicked",
        ],
        "overwritten_accumulation": [_TABLE.format(line="dtable[row] = dpicked[pick]")],
        "missing_sum": ["dpicked.clone()"],
        "wrong_index": [
            _TABLE.format(line="dtable[row] += dpicked[row]"),
            _TABLE.format(line="dtable += dpicked[pick]"),
        ],
        "wrong_upstream": ["torch.zeros_like(table).index_add(0, rows, picked)"],
        "missing_classes": ["F.one_hot(rows).to(dpicked.dtype).T @ dpicked"],
        "wrong_sign": ["-torch.zeros_like(table).index_add(0, rows, dpicked)"],
        "hard_coded_size": ["torch.zeros(5, 3).index_add(0, rows, dpicked)"],
        "missing_upstream": [
            "F.one_hot(rows, len(table)).sum(0)[:, None].expand(table.shape) * 1.0"
        ],
    },
}
