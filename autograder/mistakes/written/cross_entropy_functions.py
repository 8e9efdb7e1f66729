"""Mistakes in the functions of stage 02: one example's Jacobian and gradient, and logsumexp."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["FUNCTIONS"]

_BOTH = "a logit moves its own probability and, through the sum, all others: there are two parts"
_SYMMETRIC = "entry [i, j] is about two probabilities: a table, not a row"
_JACOBIAN = Formula(
    "softmax_jacobian",
    "x",
    "p = {p}\nreturn {sign} ({diagonal} {outer}) {after}",
    {
        "p": "F.softmax(x, 0)",
        "sign": "",
        "diagonal": "torch.diag({on})",
        "on": "p",
        "outer": "- {table}",
        "table": "torch.outer(p, p)",
        "after": "",
    },
)
_WRONG_JACOBIAN = (
    edit("missing_branch", _BOTH, outer=""),
    edit("missing_branch", _BOTH, diagonal=""),
    edit("missing_branch", _BOTH, on="p * (1 - p)", outer=""),
    edit("missing_branch", _BOTH, after="* (1 - torch.eye(len(x)))"),
    edit("missing_branch", _BOTH, outer="- torch.tril({table})"),
    edit("missing_branch", _BOTH, outer="- torch.triu({table})"),
    edit(
        "branch_twice",
        "the diagonal already has its share in the table of products",
        on="p * (1 - p)",
    ),
    edit("branch_twice", "one of the two parts is there twice", on="2 * p"),
    edit("branch_twice", "one of the two parts is there twice", outer="- 2 * {table}"),
    edit("wrong_sign", "one probability rises at the expense of the others", outer="+ {table}"),
    edit("wrong_sign", "a logit that rises raises its own probability", sign="-"),
    edit(
        "wrong_sign", "a logit that rises raises its own probability", sign="-", outer="+ {table}"
    ),
    edit("wrong_sign", "the signs of the two parts", outer="+ {table} - 2 * torch.diag(p)", cost=2),
    edit(
        "wrong_sign", "the signs of the two parts", outer="* -1 + {table} - torch.diag(p)", cost=2
    ),
    edit(
        "missing_local_derivative",
        "what stands on the diagonal is smaller",
        on="torch.ones_like(x)",
    ),
    edit(
        "missing_local_derivative",
        "the products are of two probabilities",
        table=("p", "p[:, None]", "1"),
    ),
    edit("elementwise_for_matmul", _SYMMETRIC, table="p * p"),
    edit("elementwise_for_matmul", _SYMMETRIC, table="(p * p)[:, None]", cost=2),
    edit("elementwise_for_matmul", _SYMMETRIC, table="torch.diag(p * p)", cost=2),
    edit("matmul_for_elementwise", "a product of two numbers for each entry", table="p @ p"),
    edit("missing_sum", _SYMMETRIC, diagonal="p", table="p * p"),
    edit("missing_local_derivative", _SYMMETRIC, diagonal="p"),
    edit("wrong_layout", _SYMMETRIC, diagonal="p[:, None]"),
    edit(
        "other_function",
        "this is softmax of numbers that compete, not of each alone",
        p=("torch.sigmoid(x)", "torch.tanh(x)", "F.log_softmax(x, 0)"),
    ),
    edit(
        "other_function",
        "this is the Jacobian of the logarithm of softmax",
        diagonal="torch.eye(len(x))",
        table=("p.expand(len(x), -1)", "p[:, None].expand(-1, len(x))"),
        cost=2,
    ),
    edit(
        "wrong_variable",
        "the Jacobian is made from the probabilities",
        p=("x", "x.exp()", "(x - x.max()).exp()"),
    ),
    edit(
        "wrong_variable",
        "which variable stands in the table of products?",
        table=("torch.outer(x, x)", "torch.outer(p, x)", "torch.outer(x, p)"),
    ),
    edit(
        "wrong_variable", "which variable stands on the diagonal?", on=("x", "x.exp()", "(1 - p)")
    ),
    edit("wrong_power", "one probability on the diagonal, not squared", on=("p**2", "p**0.5")),
    edit(
        "wrong_power",
        "two probabilities in each product",
        table=("torch.outer(p**2, p**2)", "torch.outer(p, p**2)"),
    ),
    edit(
        "precedence",
        "what is put on the diagonal? Mind the parentheses",
        diagonal="torch.diag(p - torch.outer(p, p))",
        outer="",
    ),
    edit(
        "precedence",
        "what is put on the diagonal? Mind the parentheses",
        diagonal="torch.diag(torch.diag(p - torch.outer(p, p)))",
        outer="",
        cost=2,
    ),
    edit(
        "forward_value_returned",
        "the probabilities themselves; asked for is how they change",
        diagonal="p",
        outer="",
    ),
    edit("extra_mean_factor", "one example only: nothing is divided", after="/ len(x)"),
    edit(
        "extra_sum",
        "all entries of the Jacobian are asked for",
        after=(".sum(0)", ".sum(1)", ".sum()"),
    ),
    edit("wrong_constant", "a factor too many", after=("* 2", "/ 2")),
)

_TARGET = "the target's own part is missing: `y` has to come in somewhere"
_SIGN = "the sign: the loss falls when the target's logit rises"
_EXAMPLE = Formula(
    "example_gradient",
    "x, y",
    "p = {p}\nhot = {hot}\nreturn {sign} ({probs} {target}) {after}",
    {
        "p": "F.softmax(x, 0)",
        "hot": "F.one_hot(torch.tensor({index}), len(x))",
        "index": "y",
        "sign": "",
        "probs": "p",
        "target": "- hot",
        "after": "* 1.0",
    },
)
_PICK = "which entry is the target's? `y` tells"
_TAKEN_OFF = "something is taken off the target's entry; the entry is not replaced"
_WRONG_EXAMPLE = (
    edit("missing_branch", _TARGET, target=""),
    edit("missing_branch", "all logits move the loss, not the target's only", probs=""),
    edit("missing_branch", "all logits move the loss, not the target's only", after="* hot"),
    edit("missing_branch", "the target's own entry is missing", after="* (1 - hot)"),
    edit("wrong_sign", _SIGN, sign="-"),
    edit("wrong_sign", _SIGN, target="+ hot"),
    edit("wrong_sign", _SIGN, probs="", target="hot"),
    edit("wrong_sign", _SIGN, probs="-p"),
    edit(
        "wrong_index",
        _PICK,
        index=(
            "0",
            "x.argmax().item()",
            "x.argmin().item()",
            "len(x) - 1",
            "(y + 1) % len(x)",
            "(y - 1) % len(x)",
        ),
    ),
    edit("all_rows_indexed", "only one entry is the target's", hot="1"),
    edit(
        "wrong_constant",
        "how much is taken off at the target?",
        target=("- hot / len(x)", "- 2 * hot", "- hot / 2", "- y"),
    ),
    edit("wrong_constant", "a factor too many", after=("* 2", "/ 2")),
    edit("extra_mean_factor", "one example only: nothing is divided", after="/ len(x)"),
    edit("overwritten_accumulation", _TAKEN_OFF, target=("* (1 - hot) - hot", "* (1 - hot) + hot")),
    edit(
        "wrong_variable",
        "what is left must be probabilities: positive, with a sum of 1",
        p=("x", "x.exp()", "(x - x.max()).exp()", "(x - x.max())"),
    ),
    edit(
        "other_function",
        "what is left must be probabilities: positive, with a sum of 1",
        p=("F.log_softmax(x, 0)", "torch.sigmoid(x)", "-F.log_softmax(x, 0)", "F.softmax(-x, 0)"),
    ),
    edit(
        "wrong_variable",
        "taken off at the target is a constant",
        target=("- hot * p", "- hot * x", "- 2 * hot * p"),
    ),
    edit("wrong_power", "the probabilities enter as they are", probs=("p**2", "p**0.5")),
    edit(
        "forward_value_returned",
        "this is the loss; asked for is its gradient",
        probs="-F.log_softmax(x, 0)[y]",
        target="",
    ),
    edit(
        "forward_value_returned",
        "these are logarithms of the probabilities",
        probs=("F.log_softmax(x, 0)", "-F.log_softmax(x, 0)"),
        target="",
        cost=2,
    ),
    edit(
        "missing_upstream",
        "this is how a probability moves; the loss is its logarithm",
        probs=("p * (1 - p)", "p * (hot - p)", "p[y] * (hot - p)", "p[y] * (p - hot)"),
        target="",
    ),
    edit(
        "other_function",
        "this is the gradient of a squared error",
        probs=("p * (p - hot)", "2 * (p - hot) * p", "(p - hot) * p * (1 - p)", "(p - hot)**2"),
        target="",
        cost=2,
    ),
    edit(
        "missing_local_derivative",
        "the loss is a logarithm of a softmax: only the first is here",
        probs=("-hot / p", "-1 / p", "-hot / p[y]"),
        target="",
    ),
    edit("extra_sum", "one number for each logit", after=(".sum()", "[y]")),
    edit(
        "missing_classes",
        "the one-hot row must be as long as `x`",
        hot="F.one_hot(torch.tensor(y))",
    ),
)

_LARGEST = "what is subtracted before the exponential has to be added again after the logarithm"
_ROW = "one number for each row"
_LOGSUMEXP = Formula(
    "logsumexp",
    "x",
    "m = {m}\nreturn {largest} + {log}",
    {
        "m": "x.max(1).values",
        "largest": "m",
        "log": "{inside}.log()",
        "inside": "{counts}.{sum}",
        "counts": "(x - m[:, None]).exp()",
        "sum": "sum(1)",
    },
)
_WRONG_LOGSUMEXP = (
    edit("not_finite", "the exponential of a large number is infinite", m="x[:, 0] * 0"),
    edit("not_finite", "a maximum of the whole lets small rows vanish", m="x.max().expand(len(x))"),
    edit("wrong_axis", _ROW, largest="torch.logsumexp(x, 0)", log="0"),
    edit("wrong_axis", _ROW, m="x.max(0).values", counts="(x - m).exp()", sum="sum(0)", cost=2),
    edit("wrong_axis", "one maximum for each row", m="x.max(0).values", counts="(x - m).exp()"),
    edit(
        "transposed",
        _ROW,
        largest="torch.logsumexp(x.T, 1)",
        log="0",
        source=r"\.T\b|transpose|\.t\(",
    ),
    edit("missing_branch", _LARGEST, largest="0"),
    edit("missing_branch", "the largest alone is not the sum", log="0"),
    edit(
        "missing_branch",
        "the sum alone is missing the logarithm's other part",
        largest="0",
        log="{counts}.sum(1)",
    ),
    edit("missing_local_derivative", "the logarithm is missing", log="{inside}"),
    edit("branch_twice", _LARGEST, largest="2 * m"),
    edit("wrong_sign", _LARGEST, largest="-m"),
    edit("wrong_sign", _LARGEST, log="-{inside}.log()"),
    edit(
        "wrong_sign",
        "which sign does the largest have inside of the exponential?",
        counts=("(m[:, None] - x).exp()", "(x + m[:, None]).exp()"),
    ),
    edit("mean_instead_of_sum", "a sum of exponentials", sum="mean(1)"),
    edit("missing_sum", _ROW, largest="m[:, None]", sum="clone()"),
    edit("missing_sum", "a sum of exponentials", sum=("amax(1)", "max(1).values")),
    edit("extra_sum", _ROW, largest="torch.logsumexp(x, 1).sum()", log="0"),
    edit("extra_sum", _ROW, largest="torch.logsumexp(x.flatten(), 0)", log="0"),
    edit("extra_sum", _ROW, largest="torch.logsumexp(x, 1).mean()", log="0", cost=2),
    edit(
        "precedence",
        "what is the logarithm taken of? Mind the parentheses",
        largest="0",
        log="(m + {inside}).log()",
    ),
    edit(
        "precedence", "the sum and the logarithm: which comes first?", log="{counts}.log().sum(1)"
    ),
    edit(
        "wrong_variable",
        "which number of each row keeps all exponentials finite?",
        m=("x.mean(1)", "x.min(1).values", "x.sum(1)", "x.median(1).values"),
    ),
    edit(
        "wrong_variable",
        _LARGEST,
        largest=("x.mean(1)", "x[:, 0]", "x.min(1).values", "m.max()", "m.mean()", "m.exp()"),
    ),
    edit(
        "wrong_index",
        "the largest of each row is subtracted, wherever it stands",
        m=("x[:, 0]", "x[:, -1]", "x.argmax(1).to(x.dtype)"),
    ),
    edit("wrong_index", "which of the results of `max` is the value?", largest="x.argmax(1)"),
    edit(
        "wrong_constant",
        "there is no 1 to be added under the logarithm",
        log=("torch.log1p({inside})", "({inside} + 1e-5).log()", "({inside} + 1e-8).log()"),
    ),
    edit("wrong_constant", "a constant too many", log=("2 * {inside}.log()", "{inside}.log() / 2")),
    edit(
        "other_function",
        "the natural logarithm",
        log=("{inside}.log2()", "{inside}.log10()", "{inside}.sqrt()", "{inside}.exp()"),
    ),
    edit(
        "other_function",
        "log of the sum of exponentials",
        largest=(
            "F.log_softmax(x, 1)",
            "F.softmax(x, 1)",
            "F.softmax(x, 1).sum(1).log()",
            "F.softplus(x).sum(1)",
        ),
        log="0",
    ),
    edit("wrong_power", "the exponentials enter as they are", counts="(x - m[:, None]).exp() ** 2"),
)

FUNCTIONS: tuple[Mistake, ...] = (
    *_JACOBIAN.mistakes(_WRONG_JACOBIAN),
    *_EXAMPLE.mistakes(_WRONG_EXAMPLE),
    *_LOGSUMEXP.mistakes(_WRONG_LOGSUMEXP),
)
