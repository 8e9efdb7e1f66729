"""Imports that cost more than they give."""

from __future__ import annotations

import sys

__all__ = ["skip_slow_imports"]


def skip_slow_imports() -> None:
    """Let jsonschema do without a package that it imports if it is there.

    It compiles a grammar for a second, to check the syntax of addresses in JSON, of which
    notebooks have none. Call it in processes of our own only, and before nbformat is imported.
    """
    if "rfc3987_syntax" not in sys.modules:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # an import of it fails
