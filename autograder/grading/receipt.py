"""What a verdict depends on, so that it can be had again."""

from __future__ import annotations

from autograder.grading.versions import digest_of, versions
from autograder.verdict import Receipt

__all__ = ["digest_of", "make_receipt", "versions"]


def make_receipt(submission: str, stage: str, seed: int) -> Receipt:
    """The receipt for two digests and a seed, with the versions of this process."""
    return Receipt(submission, stage, seed, versions())
