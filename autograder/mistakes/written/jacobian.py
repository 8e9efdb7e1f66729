"""Mistakes in `softmax_jacobian`."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["JACOBIAN"]

_BOTH = "a logit moves its own probability and, through the sum, all others: there are two parts"

_SIDES = "the table has entries on both sides of its diagonal: those of one side are missing"

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
    edit("missing_branch", _SIDES, outer="- torch.tril({table})"),
    edit("missing_branch", _SIDES, outer="- torch.triu({table})"),
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
    edit(
        "wrong_power",
        "one probability on the diagonal, not squared",
        on=("p**2", "p**0.5"),
        source=r"\*\*|square|sqrt|pow",
    ),
    edit(
        "wrong_power",
        "two probabilities in each product",
        table=("torch.outer(p**2, p**2)", "torch.outer(p, p**2)"),
    ),
    edit(
        "precedence",
        "what is put on the diagonal? Mind the parentheses",
        diagonal="torch.diag(p - torch.outer(p, p))",
        source=r"diag\(\w+ ?-",
        outer="",
    ),
    edit(
        "precedence",
        "what is put on the diagonal? Mind the parentheses",
        diagonal="torch.diag(torch.diag(p - torch.outer(p, p)))",
        outer="",
        source=r"diag\(torch\.diag",
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

JACOBIAN: tuple[Mistake, ...] = _JACOBIAN.mistakes(_WRONG_JACOBIAN)
