"""What a verdict depends on, so that it can be had again."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path

import torch

from autograder import __version__
from autograder.verdict import Receipt

__all__ = ["digest_of", "make_receipt", "versions"]


def digest_of(path: Path) -> str:
    """``sha256:...`` of a file's bytes."""
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def versions() -> dict[str, str]:
    """The versions that can change a verdict."""
    return {
        "autograder": __version__,
        "python": platform.python_version(),
        "torch": str(torch.__version__),
    }


def make_receipt(submission: str, stage: str, seed: int) -> Receipt:
    """The receipt for two digests and a seed, with the versions of this process."""
    return Receipt(submission, stage, seed, versions())
