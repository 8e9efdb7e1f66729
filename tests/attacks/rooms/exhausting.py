"""Exhausting the grader: time, processes, memory, disk and output."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.attacks.attack import Attack, cell

__all__ = ["ATTACKS"]

_OUTCOMES = ("no effect", "cost points")

# Harmless where there is no sandbox: the cell fails by itself, or runs until its time is up.
_HARMLESS: Mapping[str, str] = {
    "an endless loop": "while True: pass",
    "a loop that ignores interrupts": """
        import signal
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
        while True:
            try:
                while True: pass
            except BaseException:
                pass
        """,
    "sleeping": "import time; time.sleep(10**6)",
    "os._exit": "import os; os._exit(0)",
    "exit()": "exit()",
    "SystemExit": "raise SystemExit(0)",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "a segmentation fault": "import ctypes; ctypes.string_at(0)",
    "abort": "import os; os.abort()",
    "stopping itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "recursion without a limit": """
        import sys
        sys.setrecursionlimit(10**9)
        def deep(): return deep()
        deep()
        """,
    "recursion in C": """
        import json, sys
        sys.setrecursionlimit(10**9)
        deep = []
        for _ in range(10**6): deep = [deep]
        repr(deep)
        """,
    "an exception whose text never ends": """
        class Slow(Exception):
            def __str__(self):
                while True: pass
        raise Slow
        """,
    "an exception of 50 megabytes": "raise ValueError('x' * 50_000_000)",
    "a type whose name is long": "raise type('x' * 10**7, (Exception,), {})",
    "a deep chain of exceptions": """
        error = None
        for number in range(500):
            new = ValueError(number); new.__cause__ = error; error = new
        raise error
        """,
    "a representation that never ends": """
        class Slow:
            def __repr__(self):
                while True: pass
        Slow()
        """,
    "threads that go on": """
        import threading
        def spin():
            while True: pass
        for _ in range(2): threading.Thread(target=spin, daemon=True).start()
        """,
    "the grader's socket closed": "import os; os.closerange(3, 256)",
}

# Only ever run in a sandbox.
_HARMFUL: Mapping[str, str] = {
    "a fork bomb": """
        import os
        while True:
            try: os.fork()
            except OSError: pass
        """,
    "a bomb of threads": """
        import threading, time
        while True:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        """,
    "memory": "kept = []\nwhile True: kept.append(bytearray(1 << 24))",
    "memory of a tensor": "x = torch.ones(1 << 36)",
    "memory of many processes": """
        import os, time
        for _ in range(12):
            if os.fork() == 0:
                kept = b"x" * (400 << 20)
                time.sleep(1000)
        time.sleep(1000)
        """,
    "shared memory": """
        import mmap
        kept = [mmap.mmap(-1, 1 << 28) for _ in range(100)]
        for area in kept: area.write(b"x" * (1 << 28))
        """,
    "a full disk": """
        with open("full", "wb") as file:
            while True: file.write(bytes(1 << 20))
        """,
    "many small files": """
        for number in range(10**6): open(f"/tmp/{number}", "w").close()
        """,
    "many open files": "kept = [open('/dev/null') for _ in range(10**5)]",
    "a daemon that outlives": """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 256)
                time.sleep(1000)
            os._exit(0)
        """,
    "children that never end": """
        import subprocess
        for _ in range(10): subprocess.Popen(["sleep", "1000"], start_new_session=True)
        """,
}

# What a process shows, and what of it the grader keeps.
_SHOWN: Mapping[str, str] = {
    "printing without end": "while True: print('x' * 10_000)",
    "a line of 100 megabytes": "print('x' * 100_000_000)",
    "a page of 100 megabytes": "from IPython.display import HTML\nHTML('<b>' * 33_000_000)",
    "a million outputs": "from IPython.display import display\nfor n in range(10**6): display(n)",
}

_EACH = """
    from IPython.display import HTML, display
    display(HTML("x" * 7_900_000))
    """


# The bounds inside are the submission's to change.
_UNBOUNDED = cell("""
    from autograder.grading.runner import outputs
    outputs.CELL_BYTES = outputs.STREAM_BYTES = 1 << 40
    print("x" * 60_000_000)
    """)


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _many(source: str, count: int, *, first: bool = False) -> Callable[[NotebookNode], None]:
    """Add cells at the end; or before the ``first`` answer, so that every answer needs them."""

    def add(notebook: NotebookNode) -> None:
        answers = (i for i, cell in enumerate(notebook.cells) if _is_answer(cell))
        place = next(answers) if first else len(notebook.cells)
        notebook.cells[place:place] = [new_code_cell(source) for _ in range(count)]

    return add


ATTACKS = (
    *(
        Attack(name, "exhausting", _OUTCOMES, extra=cell(source), short=True, stock=True)
        for name, source in _HARMLESS.items()
    ),
    *(
        Attack(name, "exhausting", _OUTCOMES, extra=cell(source), short=True)
        for name, source in (_HARMFUL | _SHOWN).items()
    ),
    Attack(
        "60 cells with 8 megabytes of output each",
        "exhausting",
        _OUTCOMES,
        edit=_many(cell(_EACH), 60),
    ),
    Attack(
        "cells that show more than they may",
        "exhausting",
        _OUTCOMES,
        edit=_many(_UNBOUNDED, 6),
    ),
    Attack(
        "cells that each take nearly too long",
        "exhausting",
        ("cost points",),
        edit=_many("import time; time.sleep(1.5)", 12, first=True),
        short=True,
        slow=True,
    ),
    Attack(
        "a function that never ends",
        "exhausting",
        ("no points",),
        answers={"logsumexp": "def logsumexp(x):\n    while True: pass"},
        stage="02_cross_entropy",
        short=True,
    ),
)
