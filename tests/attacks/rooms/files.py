"""Exhausting and leading astray who reads the submitted file itself."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.attacks.attack import Attack

__all__ = ["ATTACKS"]


def _text(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text, encoding="utf-8")

    return write


def _bytes(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def _sparse(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(1 << 40)  # a terabyte that takes no room


def _symbolic(target: str) -> Callable[[Path], None]:
    def link(path: Path) -> None:
        path.unlink()
        path.symlink_to(path.parent / target)

    return link


def _hard(path: Path) -> None:
    path.unlink()
    os.link(path.parents[2] / "alice" / "01_unrolled" / "01_unrolled.ipynb", path)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _many_parts() -> str:
    return '{"cells": [' + "[]," * 8_000_000 + "[]]}"


def _surplus(**more: object) -> Callable[[Path], None]:
    """Something large in the notebook that nobody asked for."""

    def write(path: Path) -> None:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**notebook, **more}), encoding="utf-8")

    return write


_REFUSED: Mapping[str, Callable[[Path], None]] = {
    "JSON nested 10 million deep": _text('{"cells": ' + "[" * 10_000_000),
    "JSON of 8 million lists": _text(_many_parts()),
    "a file of a terabyte": _sparse,
    "a symbolic link to the solution": _symbolic(
        "../../../solutions/01_unrolled/01_unrolled.ipynb"
    ),
    "a symbolic link to the secret": _symbolic("../../../.autograder/secret"),
    "a symbolic link to endless zeros": _symbolic("/dev/zero"),
    "a symbolic link to itself": _symbolic("01_unrolled.ipynb"),
    "a hard link to another submission": _hard,
    "a pipe that nobody writes to": _pipe,
    "a folder": _folder,
    "half a file": _text('{"cells": [{"cell_type": "code", "source": "x'),
    "zeros": _bytes(bytes(1 << 20)),
    "a picture": _bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(1000)),
    "nothing": _bytes(b""),
}


def _cells(*sources: str) -> Callable[[NotebookNode], None]:
    def add(notebook: NotebookNode) -> None:
        solutions = [c.metadata.get("nbgrader", {}).get("solution") for c in notebook.cells]
        first = solutions.index(True)
        notebook.cells[first:first] = [new_code_cell(source) for source in sources]

    return add


_DEEP = "(" * 90 + "1" + ")" * 90
_SOURCES: Mapping[str, tuple[str, ...]] = {
    "a sum of 20,000 terms": ("x = " + "+".join(["y"] * 20_000),),
    "a function with a sum of 20,000 terms": ("def f(y):\n    return " + "+".join(["y"] * 20_000),),
    "20,000 minus signs": ("x = " + "-" * 20_000 + "1",),
    "attributes 20,000 deep": ("x = a" + ".b" * 20_000,),
    "an elif of 3,000 branches": (
        "if x == 0: pass\n" + "".join(f"elif x == {n}: pass\n" for n in range(3000)),
    ),
    "20,000 commands of the shell": ("!true\n" * 15_000,),
    "magics that are none": ("%" * 50_000 + "\n" + "?" * 40_000,),
    "1,500 cells": tuple(f"x{n} = x{n - 1}" for n in range(1500)),
    "a text that never ends": ("'''" + "x" * 90_000,),
    "open brackets": ("[" * 90_000,),
    "quotes and backslashes": ("'\\" * 45_000,),
    "a name of 90,000 letters": ("x" * 90_000 + " = 1",),
    "assignments in a chain": ("=".join(["a"] * 40_000) + "= 1",),
    "900 texts added up": ("x = getattr(torch, " + "+".join(["'a'"] * 900) + ", 0)",),
    "lists in lists, 90 deep": ("x = " + "[" * 90 + "]" * 90,),
    "a function of 900 terms": ("def f(y):\n    return " + "+".join(["y"] * 900),),
    "attributes 900 deep": ("x = a" + ".b" * 900,),
    "texts that run texts": ("exec(" * 40 + "'1'" + ")" * 40, "exec('" * 2 + "1" + "')" * 2),
    "nested functions": (
        "\n".join(" " * n + f"def f{n}():" for n in range(90)) + "\n" + " " * 90 + "pass",
    ),
    "a number of a million digits": ("x = " + "9" * 99_000,),
}


ATTACKS = (
    *(Attack(name, "exhausting", ("refused",), file=change) for name, change in _REFUSED.items()),
    *(
        Attack(
            f"source: {name}" + (" (stage 02)" if stage > "02" else ""),
            "exhausting",
            ("no effect", "repaired"),
            edit=_cells(*sources),
            short=True,
            stage=stage,
        )
        for stage in ("01_unrolled", "02_cross_entropy")
        for name, sources in _SOURCES.items()
        if stage == "01_unrolled" or "900" in name
    ),
    Attack(
        "30 megabytes of metadata",
        "exhausting",
        ("no effect", "refused"),
        file=_surplus(metadata={"x": "y" * 30_000_000}),
    ),
    Attack(
        "numbers of a million digits",
        "exhausting",
        ("no effect", "refused"),
        file=lambda path: (
            path.write_text(
                path.read_text(encoding="utf-8").replace(
                    '"nbformat_minor": 5', '"nbformat_minor": ' + "9" * 10**6
                ),
                encoding="utf-8",
            )
            and None
        ),
    ),
)
