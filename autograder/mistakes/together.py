"""What is said of two mistakes at once."""

from __future__ import annotations

from autograder.mistakes.derived import Change
from autograder.mistakes.derived.total import CONSTANT, SIGN
from autograder.mistakes.target import Pair

__all__ = ["sentence", "together"]

# What is said of the whole answer is said as a part of it where there is another mistake.
_FIRST = {CONSTANT: "A constant factor is wrong."}
_SECOND = {
    CONSTANT: "Besides, a constant factor is wrong.",
    SIGN: "Besides, the sign is turned.",
}


def together(pair: Pair) -> str:
    """The message for a pair; two parts with one code are the same mistake in two terms."""
    parts = [part for part in pair.parts if part.code]
    first, *rest = [sentence(part.message) for part in parts]
    if len({part.code for part in parts}) > 1:
        told = [_FIRST.get(first, first), *(_SECOND.get(other, other) for other in rest)]
        return " ".join(["Two things at once.", *told])
    consumers = [part.consumer for part in parts if isinstance(part, Change) and part.consumer]
    if len(set(consumers)) < 2:
        return first
    one, other = (f"`{name}`" for name in consumers)
    if rest[0] == first.replace(one, other):
        return f"{first} The same goes for {other}."
    return f"{first} {rest[0]}"


def sentence(message: str) -> str:
    """A message as a sentence: a capital letter and a full stop."""
    message = message[:1].upper() + message[1:]
    return message if message.endswith((".", "?", "!")) else f"{message}."
