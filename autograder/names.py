"""The names: reading a list of them, letters as numbers, windows of context, three parts.

The alphabet is `.abcdefghijklmnopqrstuvwxyz`: index 0 is the dot, which stands before the
beginning and after the end of a name, and the letters follow as 1 to 26.
"""

from __future__ import annotations

import os
import random
import re
import string
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course_files import names_path

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "ALPHABET",
    "NAMES_FILE_VARIABLE",
    "NamesError",
    "build_dataset",
    "decode",
    "encode",
    "load_names",
    "split_names",
]

ALPHABET = "." + string.ascii_lowercase
NAMES_FILE_VARIABLE = "NAMES_FILE"

_INDEX = {character: index for index, character in enumerate(ALPHABET)}
_CODES = bytes.maketrans(ALPHABET.encode("ascii"), bytes(range(len(ALPHABET))))
_LETTERS = frozenset(string.ascii_letters)
# Far above any list of names (a million of them is some 7 MB), far below what fills a memory.
_MOST_BYTES = 32 * 1024 * 1024
_LONGEST_NAME = 100


class NamesError(ValueError):
    """A list of names, or a name, that the course cannot use; the message says what to do."""


def load_names(path: str | Path | None = None) -> list[str]:
    """Read a list of names: a text file in UTF-8, one name a line, made of the letters a to z.

    `path` None means the file that the environment variable NAMES_FILE names, or else the list
    that comes with the course. Upper-case letters become lower-case; a byte order mark, Windows
    line ends, blank lines and spaces round a name do not matter. Order and repetitions stay.
    Raises NamesError, in one sentence, for anything else.
    """
    if path is None:
        path = os.environ.get(NAMES_FILE_VARIABLE) or names_path()
    file = Path(path).expanduser()
    names = []
    for number, line in enumerate(_lines(file), start=1):
        name = line.strip()
        if not name:
            continue
        if strange := next((c for c in name if c not in _LETTERS), None):
            raise NamesError(
                f"Line {number} of {file} has the character {strange!r} in {name[:40]!r}, but the "
                "course's alphabet is a-z: write that name with those letters or remove the line."
            )
        if len(name) > _LONGEST_NAME:
            raise NamesError(
                f"Line {number} of {file} has {len(name):,} letters without a break; "
                "put each name on a line of its own."
            )
        names.append(name.lower())
    if not names:
        raise NamesError(f"There is no name in {file}; put at least a few in it, one a line.")
    return names


def _lines(file: Path) -> list[str]:
    """The lines of a UTF-8 text file, whatever ends them; NamesError if it cannot be one."""
    advice = f"name another file with {NAMES_FILE_VARIABLE}, or unset it for the course's own list"
    # Asked first, because opening a pipe would wait for a writer and a device may never end.
    if file.is_dir():
        raise NamesError(f"The list of names {file} is a folder, not a text file; {advice}.")
    if not file.exists():
        raise NamesError(f"The list of names {file} does not exist; {advice}.")
    if not file.is_file():
        raise NamesError(f"The list of names {file} is not an ordinary file; {advice}.")
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise NamesError(
            f"The list of names {file} cannot be read ({error.strerror}); {advice}."
        ) from error
    if len(content) > _MOST_BYTES:
        raise NamesError(
            f"The list of names {file} is larger than {_MOST_BYTES // 2**20} MB, "
            f"which no list of names is; {advice}."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise NamesError(
            f"Line {number} of {file} has bytes that are not UTF-8 text; "
            "save the file as plain text in UTF-8, one name a line."
        ) from None
    return re.split(r"\r\n|\r|\n", text)


def encode(name: str) -> list[int]:
    """The indices of a name's characters in ALPHABET: `encode("ab.")` is `[1, 2, 0]`."""
    try:
        return [_INDEX[character] for character in name]
    except KeyError as error:
        raise NamesError(
            f"{name[:40]!r} has the character {error.args[0]!r}, which is not in the alphabet "
            f"{ALPHABET!r}; give the name in lower-case letters a-z."
        ) from None


def decode(indices: Iterable[int]) -> str:
    """The characters at these indices of ALPHABET; the inverse of `encode`."""
    characters = []
    for index in indices:
        if not 0 <= index < len(ALPHABET):
            raise NamesError(
                f"{index} is not the index of a character; "
                f"the alphabet has the indices 0 to {len(ALPHABET) - 1}."
            )
        characters.append(ALPHABET[index])
    return "".join(characters)


def build_dataset(names: Sequence[str], context: int = 3) -> tuple[Tensor, Tensor]:
    """Every place where a character is to be predicted, with the characters before it.

    Returns X of shape (N, context) and Y of shape (N,), both int64, where N is the number of
    letters plus one closing dot for each name. Row i of X holds the `context` characters before
    the character Y[i], padded on the left with dots (0); the places are in reading order.
    Raises NamesError for characters outside ALPHABET, ValueError for a context below 1.
    """
    import torch  # here, because a list of names can be read without waiting for torch

    if context < 1:
        raise ValueError(f"context is {context}, but a window needs at least one character.")
    if not set("".join(names)) <= _INDEX.keys():
        for name in names:
            encode(name)  # raises at the first name that is to blame
    # All names in one row, with dots between them: the last name's closing dot is the first of
    # the next one's padding. Every window of it is there; those that end in padding are left out.
    dots = "." * context
    row = f"{dots}{dots.join(names)}.".encode("ascii").translate(_CODES)
    indices = torch.frombuffer(bytearray(row), dtype=torch.uint8).to(torch.int64)
    targets = torch.tensor([len(name) + 1 for name in names], dtype=torch.int64)
    before = torch.arange(len(names)).repeat_interleave(targets)  # names before each place's own
    places = torch.arange(len(before)) + before * (context - 1)
    return indices.unfold(0, context, 1)[places], indices[places + context]


def split_names(names: Sequence[str], seed: int = 42) -> tuple[list[str], list[str], list[str]]:
    """Shuffle and cut: 80 % to train on, 10 % for validation, 10 % for the test.

    The same names and seed give the same parts on every machine (Python's own generator, not
    torch's). `names` itself stays as it is. Raises NamesError if a part would be empty.
    """
    shuffled = list(names)
    random.Random(seed).shuffle(shuffled)
    first, second = int(0.8 * len(shuffled)), int(0.9 * len(shuffled))
    parts = shuffled[:first], shuffled[first:second], shuffled[second:]
    if not all(parts):
        raise NamesError(
            f"A list of {len(shuffled)} names is too short to split into parts to train on, to "
            "validate and to test; use a list of at least ten."
        )
    return parts
