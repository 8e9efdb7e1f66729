"""Mathematics without a typesetter: the hints' LaTeX as text, for a terminal.

Reads the small part of LaTeX that the hints are written in, and nothing else: an unknown command
or an unbalanced brace is a ValueError, so that no formula can be shipped that a notebook could
not typeset.
"""

import re
from collections.abc import Iterator

__all__ = ["plain_formula", "plain_prose"]

_SYMBOLS = {
    **dict(zip(("gamma", "delta", "epsilon", "varepsilon", "eta"), "γδεεη", strict=True)),
    **dict(zip(("theta", "mu", "ell", "partial", "sum", "cdot"), "θμℓ∂Σ·", strict=True)),
    **dict(zip(("to", "leftarrow", "approx", "dots", ",", ";", "_"), "→←≈…  _", strict=True)),
    **{name: name for name in ("arg", "max", "log", "ln")},
    **dict.fromkeys(("big", "Big"), ""),
    "qquad": ";  ",
}
_FONTS = {"mathtt", "mathrm", "mathbf", "text", "operatorname"}
_FRACTIONS = {"frac", "tfrac"}

_TOKEN = re.compile(r"\\(?:[a-zA-Z]+|\\|.)|\s+|.", re.DOTALL)
_SIMPLE = re.compile(r"[∂d]? ?\w+")
_HALF = re.compile(r"(-?)\((\d+/\d+)\)")
_PIECE = re.compile(r"\$([^$]+)\$|`([^`]*)`|\*([^*`$]+)\*")


def plain_formula(latex: str) -> str:
    """A formula as one line of Unicode; raises ValueError for what is no LaTeX of the hints."""
    tokens = _Tokens(latex)
    text = re.sub(r"\s+", " ", _sequence(tokens, until=None))
    return re.sub(r"(?<=[(\[∂]) | (?=[)\];])", "", text).strip()


def plain_prose(markdown: str) -> str:
    """A sentence in Markdown as text: formulas read out, names in backticks, no emphasis."""

    def piece(match: re.Match[str]) -> str:
        formula, code, emphasized = match.groups()
        if formula is not None:
            return plain_formula(formula)
        return f"`{code}`" if code is not None else str(emphasized)

    return _PIECE.sub(piece, markdown)


class _Tokens:
    """The tokens of a formula, read one after the other."""

    def __init__(self, latex: str) -> None:
        self._latex = latex
        self._tokens: Iterator[str] = iter(_TOKEN.findall(latex))

    def next(self) -> str | None:
        """The next token, or None at the end."""
        return next(self._tokens, None)

    def required(self) -> str:
        """The next token that is no space; raises ValueError at the end."""
        for token in self._tokens:
            if not token.isspace():
                return token
        raise self.wrong("it ends too early")

    def wrong(self, why: str) -> ValueError:
        """The error to raise."""
        return ValueError(f"not a formula of the hints, {why}: {self._latex}")


def _sequence(tokens: _Tokens, until: str | None) -> str:
    """Everything up to the token ``until``, which is taken away."""
    parts: list[str] = []
    while (token := tokens.next()) != until:
        if token is None or token in ("}", r"\end"):
            raise tokens.wrong("its braces do not match")
        if token in ("_", "^"):
            parts.append(_attached(token, _argument(tokens)))
        elif token.isspace():
            parts.append(" ")
        else:
            parts.append(_read(token, tokens))
    return "".join(parts)


def _argument(tokens: _Tokens) -> str:
    token = tokens.required()
    return _sequence(tokens, "}") if token == "{" else _read(token, tokens)


def _read(token: str, tokens: _Tokens) -> str:
    """One token and the arguments that it takes."""
    if token == "{":
        return _sequence(tokens, "}")
    if not token.startswith("\\"):
        return token
    command = token[1:]
    if command in _SYMBOLS:
        return _SYMBOLS[command]
    if command in _FONTS:
        return _argument(tokens)
    if command in _FRACTIONS:
        above, below = _argument(tokens), _argument(tokens)
        fraction = f"{_grouped(above)}/{_grouped(below)}"
        return fraction if above.startswith(("∂", "d ")) else f"({fraction})"
    if command == "sqrt":
        if tokens.required() != "[":
            raise tokens.wrong("a root has its order in brackets")
        order = _sequence(tokens, "]")
        return f"{_grouped(_argument(tokens))}^(1/{order})"
    if command == "begin":
        return _cases(tokens)
    raise tokens.wrong(f"it has the command {token}")


def _cases(tokens: _Tokens) -> str:
    r"""`\begin{cases}a & b\\ c & d\end{cases}`, of which `\begin` has been read."""
    if _argument(tokens) != "cases":
        raise tokens.wrong("it has an environment other than cases")
    rows: list[str] = [""]
    while (token := tokens.required()) != r"\end":
        if token == "&":
            rows[-1] += " "
        elif token == r"\\":
            rows.append("")
        elif token in ("_", "^"):
            rows[-1] += _attached(token, _argument(tokens))
        else:
            rows[-1] += f" {_read(token, tokens)} " if token == "=" else _read(token, tokens)
    if _argument(tokens) != "cases":
        raise tokens.wrong("its environments do not match")
    return "; ".join(row.strip() for row in rows)


def _attached(sign: str, text: str) -> str:
    """A subscript or an exponent."""
    inner = _HALF.sub(r"\1\2", text.strip())
    simple = r"\w+" if sign == "_" else r"[^\W_]+"
    return f"{sign}{inner}" if re.fullmatch(simple, inner) else f"{sign}({inner})"


def _grouped(text: str) -> str:
    """A part of a fraction, in brackets where it has several terms or factors."""
    return text if _SIMPLE.fullmatch(text) else f"({text})"
