"""Imports that cost more than they give."""

from __future__ import annotations

import sys

__all__ = ["skip_slow_imports"]


def skip_slow_imports() -> None:
    """Let jsonschema do without packages that it imports if they are there.

    They compile grammars for a second, to check the syntax of addresses in JSON, of which
    notebooks have none. Call it in processes of our own only, and before nbformat is imported.
    """
    for name in ("rfc3987_syntax", "rfc3986_validator"):
        if name not in sys.modules:
            sys.modules[name] = None  # type: ignore[assignment]  # an import of it fails
