"""Run an instructor's test on a student's values."""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import signal
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from autograder.grading.plain.beyond import Beyond, CannotCross, Ended, TooLong
from autograder.grading.plain.trusted import Code, read_code

__all__ = ["Ran", "TestBench"]

_PRINTED = 20_000
_ENDED = {
    "timeout": ("TimeoutError", "the test, or what it calls, took too long"),
    "killed": ("Killed", "the submission's code ended its process, or used more than it may"),
}


class _Names(dict[str, Any]):
    """The variables of tests: the instructor's own, and behind them the student's.

    A name that trusted code has bound is never looked up among the student's.
    """

    def __init__(self, beyond: Beyond) -> None:
        super().__init__(__builtins__=builtins, __name__="__main__")
        self._beyond = beyond
        self.students: set[str] = set()  # names that an answer binds
        self.read: set[str] = set()  # names that an answer may read
        self.testing = False
        self.begin()

    def begin(self) -> None:
        """Forget what a test before did."""
        self.uncrossed = ""
        self.replaced: set[str] = set()

    def __missing__(self, name: str) -> Any:
        known = hasattr(builtins, name)
        if known and name not in self.students:
            raise KeyError(name)
        try:
            return self._beyond.get(name)
        except CannotCross as error:
            self.uncrossed = self.uncrossed or str(error)
            raise

    def __setitem__(self, name: str, value: Any) -> None:
        if self.testing and hasattr(value, "handle"):  # a student's function is named again
            self._beyond.restore(name, value)
            self.pop(name, None)
            return
        if self.testing and name in self.read | self.students:
            self.replaced.add(name)  # of which the student's process is told nothing
        self.students.discard(name)
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        if name in self:
            super().__delitem__(name)
        elif self._beyond.has(name):
            self._beyond.delete(name)
        else:
            raise KeyError(name)


@dataclass(frozen=True)
class Ran:
    """How a test ended: ``value`` is the text of its last expression's value, if it has one.

    ``error`` names the exception and its message; ``review`` says why nothing can be concluded.
    """

    value: str | None = None
    error: tuple[str, str] | None = None
    review: str = ""
    printed: str = ""


class TestBench:
    """The variables that tests share, and how they are run."""

    __test__ = False  # for pytest: no tests of ours

    def __init__(self, beyond: Beyond) -> None:
        self._beyond = beyond
        self._names = _Names(beyond)

    def prepare(self, source: str) -> None:
        """Run trusted code that is no test. What it fails at, a test will miss."""
        code = read_code(source)
        if code is None:
            return
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception, CannotCross):
            exec(compile(_without_magics(code), "<course>", "exec"), self._names)

    def hand_over(self, answer: Code) -> None:
        """From now on the names that an answer binds are what the student makes of them."""
        self._names.students |= answer.binds
        self._names.read |= answer.reads
        for name in answer.binds:
            self._names.pop(name, None)

    def run(self, test: Code) -> Ran:
        """Run a test."""
        if test.magic:
            return Ran(review="the test uses a magic or a shell command")
        tree = ast.parse(test.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        printed = io.StringIO()
        value, error, ended = None, None, ""
        self._names.begin()
        self._names.testing = True
        try:
            with contextlib.redirect_stdout(printed), self._time_limit():
                exec(compile(tree, "<test>", "exec"), self._names)
                if isinstance(last, ast.Expr):
                    quiet = test.source.rstrip().endswith(";")
                    result = eval(
                        compile(ast.Expression(last.value), "<test>", "eval"), self._names
                    )
                    value = None if result is None or quiet else repr(result)[:1000]
        except CannotCross as crossing:
            self._names.uncrossed = self._names.uncrossed or str(crossing)
        except TooLong:
            ended = "timeout"
        except Ended as gone:
            ended = str(gone)
        except (Exception, SystemExit) as raised:
            error = (type(raised).__name__, _message(raised))
        finally:
            self._names.testing = False
        review = self._names.uncrossed
        if ended:
            error = _ENDED[ended]
        elif error and not review:
            looked = sorted(test.elsewhere | self._names.replaced)
            if looked:
                names = ", ".join(looked)
                review = f"the test is about more than values ({names}), and fails: {error[1]}"
        return Ran(value, error, review, printed.getvalue()[:_PRINTED])

    @contextlib.contextmanager
    def _time_limit(self) -> Iterator[None]:
        """End a test that runs by itself for longer than a call may take; calls end by theirs."""

        def ring(number: int, frame: FrameType | None) -> None:
            if self._beyond.busy:
                self._beyond.expired = True
            else:
                raise TooLong

        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, self._beyond.seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._beyond.expired = False


def _without_magics(code: Code) -> str:
    """Code in which a magic does nothing: it is about the notebook, not about values."""
    if not code.magic:
        return code.source
    return "class _NoMagic:\n    def __getattr__(self, name):\n        return lambda *_: None\n" + (
        "get_ipython = lambda: _NoMagic()\n" + code.source
    )


def _message(error: BaseException) -> str:
    with contextlib.suppress(Exception):
        return str(error)[:2000] or traceback.format_exception_only(error)[-1].strip()[:2000]
    return ""
