"""Imports that cost more than they give."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator
from types import ModuleType

__all__ = ["import_nbgrader", "many_imports", "skip_slow_imports"]

# What nbgrader's package imports first of all: the pages of a Jupyter server, and all they need.
_PAGES = ("assignment_list", "course_list", "formgrader", "validate_assignment")


def skip_slow_imports() -> None:
    """Let jsonschema do without packages that it imports if they are there.

    They compile grammars for a second, to check the syntax of addresses in JSON, of which
    notebooks have none. Call it in processes of our own only, and before nbformat is imported.
    """
    for name in ("rfc3987_syntax", "rfc3986_validator"):
        if name not in sys.modules:
            sys.modules[name] = None  # type: ignore[assignment]  # an import of it fails


def import_nbgrader() -> None:
    """Import nbgrader without its pages, which takes half as long; they can be imported later.

    Its package only lends their function to Jupyter servers. Call it in processes of our own only.
    """
    if "nbgrader" in sys.modules:
        return
    stood_in = []
    for page in _PAGES:
        module = ModuleType(f"nbgrader.server_extensions.{page}")
        module.__dict__["load_jupyter_server_extension"] = None
        sys.modules[module.__name__] = module
        stood_in.append(module)
    try:
        import nbgrader  # noqa: F401
    finally:
        for module in stood_in:
            sys.modules.pop(module.__name__, None)


@contextlib.contextmanager
def many_imports() -> Iterator[None]:
    """Import modules by the thousand: what they make stays, so no garbage is looked for.

    Neither is it later in what is there by now.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
