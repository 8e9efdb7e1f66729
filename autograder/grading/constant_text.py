"""Texts that a program puts together from constants: what `getattr` or `eval` is then given."""

from __future__ import annotations

import ast

__all__ = ["constant_text"]

_DEEPEST = 60  # no text that a person puts together has more parts


def constant_text(node: ast.expr, depth: int = _DEEPEST) -> str | None:
    """The text that an expression of constants makes, if it is one."""
    if not depth:
        return None
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined("", [left, right], depth)
        case ast.JoinedStr(values=parts):
            return _joined("", parts, depth)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return constant_text(value, depth - 1)
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(glue)), attr="join"),
            args=[ast.List(elts=parts) | ast.Tuple(elts=parts)],
        ):
            return _joined(glue, parts, depth)
        case ast.Subscript(
            value=value,
            slice=ast.Slice(
                lower=None,
                upper=None,
                step=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)),
            ),
        ):
            forwards = constant_text(value, depth - 1)
            return None if forwards is None else forwards[::-1]
    return None


def _joined(glue: str, parts: list[ast.expr], depth: int) -> str | None:
    texts = []
    for part in parts:
        text = constant_text(part, depth - 1)
        if text is None:
            return None
        texts.append(text)
    return glue.join(texts)
