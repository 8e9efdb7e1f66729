"""Where the random draws of a verdict come from.

A course has a secret: 32 random bytes in a file that only its instructor can read. The seed of a
verdict is made from the secret, the stage and the submitted file, by HMAC-SHA256. So a student
cannot foresee the inputs, not even from the receipt of an earlier submission, and whoever grades
the same file again in the same course gets the same verdict.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.grading.errors import GradingError

if TYPE_CHECKING:
    import torch

__all__ = ["SECRET", "course_secret", "derive_seed", "find_course", "generator_for", "number_for"]

SECRET = Path(".autograder") / "secret"
_BYTES = 32
_SEED_BITS = 53  # a JSON number holds them exactly


def find_course(start: Path) -> Path:
    """The course folder around ``start``: the nearest with an nbgrader_config.py, else itself."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "nbgrader_config.py").is_file():
            return folder
    return start


def course_secret(course: Path) -> bytes:
    """The secret of a course, made on first use with mode 0600 in `.autograder/secret`.

    Raises GradingError when it can be neither read nor made, or is not what was made.
    """
    path = course / SECRET
    try:
        if not path.exists():
            _make(path)
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise GradingError(
            f"the course's secret {path} cannot be used ({error}); make the folder writable, "
            "remove a damaged file, or give --seed."
        ) from error
    if len(secret) < _BYTES:
        raise GradingError(f"the course's secret {path} is too short; remove the file.")
    return secret


def _make(path: Path) -> None:
    """Write a new secret; of two that do so at once, the first one's stays."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    (path.parent / ".gitignore").write_text("*\n", encoding="ascii")  # a secret is not committed
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        Path(name).unlink()


def derive_seed(secret: bytes, stage: str, submission: str) -> int:
    """The seed for one submitted file (its digest) of a stage; 53 bits."""
    message = f"{stage}\n{submission}".encode()
    digest = hmac.new(secret, message, hashlib.sha256).digest()
    return int.from_bytes(digest, "big") >> (8 * len(digest) - _SEED_BITS)


def generator_for(seed: int, purpose: str) -> torch.Generator:
    """A generator of its own for each purpose, so that none depends on how much another drew."""
    import torch  # here, because whoever only looks for the course need not wait for torch

    return torch.Generator().manual_seed(_digest(seed, purpose, 8) >> 1)


def number_for(seed: int, purpose: str) -> int:
    """A number of 32 bits for a purpose; whoever sees it has learned nothing of ``seed``."""
    return _digest(seed, purpose, 4)


def _digest(seed: int, purpose: str, size: int) -> int:
    """The first ``size`` bytes of a hash of both."""
    digest = hashlib.sha256(f"{seed}\n{purpose}".encode()).digest()
    return int.from_bytes(digest[:size], "big")
