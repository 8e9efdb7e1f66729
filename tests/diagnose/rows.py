"""Banks that are tables of rows, and what the label of a row claims."""

from collections.abc import Iterable, Iterator
from textwrap import dedent

from autograder.draws import Kind
from tests.diagnose.second_bank import Entry
from tests.diagnose.second_bank.evaluate import outcomes

__all__ = ["KINDS", "mistakes_in", "right_in", "wrong_as_labeled"]

KINDS = (Kind.OWN, Kind.PRIMES, Kind.SQUARE)
# Square states have the last class among their targets, so that `one_hot` need not be told.
_RIGHT_IN_SQUARES = {"missing_classes"}

Row = tuple[str, str, str]


def mistakes_in(tables: Iterable[tuple[str, Iterable[Row]]]) -> Iterator[Entry]:
    """The entries of tables by stage, whose rows are a step, codes with spaces, and a formula."""
    for stage, rows in tables:
        for step, codes, source in rows:
            yield Entry(stage, step, tuple(codes.split()), dedent(source).strip())


def right_in(rows: Iterable[Row]) -> Iterator[Entry]:
    """The entries of rows of a stage, a step and a right formula; they have no codes."""
    for stage, step, source in rows:
        yield Entry(stage, step, (), dedent(source).strip())


def wrong_as_labeled(entry: Entry, seed: int) -> bool:
    """Whether a formula runs at the notebook's sizes, and is wrong there and elsewhere.

    A size typed as a number is wrong only elsewhere; a function is called with all of its sizes
    at once.
    """
    own, primes, square = (outcomes(entry, kind, seed) for kind in KINDS)
    if entry.codes == ("hard_coded_size",):
        function = entry.source.startswith("def ")
        return (own == "right" or (function and own == "wrong")) and primes != "right"
    return own == "wrong" and primes != "right" and _square_fits(entry, square)


def _square_fits(entry: Entry, square: str) -> bool:
    return square == "right" if _RIGHT_IN_SQUARES & {*entry.codes} else square != "right"
