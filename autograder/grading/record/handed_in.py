"""Who has handed in something: folders whose names a gradebook can hold, and the others."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["HandedIn", "sort_out", "spelled"]

_UNFIT = ("Cc", "Cs", "Zl", "Zp")  # controls, what is no text in UTF-8, ends of lines
_SYSTEM = (".ipynb_checkpoints", ".git", ".Trash", ".snapshot", ".zfs")


@dataclass(frozen=True)
class HandedIn:
    """The folders of an assignment.

    ``students`` can be graded, sorted. ``faults`` has a sentence for each folder whose name no
    gradebook can hold, by that name as it can be printed. ``notes`` are sentences on what was
    left out.
    """

    students: tuple[str, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def spelled(name: str) -> str:
    """A folder's name as it can be printed: what is no text, or a control, is ``\\x..``."""
    raw = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        sign.encode("unicode_escape").decode() if unicodedata.category(sign) in _UNFIT else sign
        for sign in raw
    )


def sort_out(names: Iterable[str]) -> HandedIn:
    """Tell students from other folders, by the folders' names."""
    students, faults, notes = list[str](), dict[str, str](), list[str]()
    for name in sorted(names):
        shown = spelled(name)
        if name.startswith("."):
            if not name.startswith(_SYSTEM):
                notes.append(
                    f"the folder {shown} was left out, because its name begins with a dot; "
                    "if it is a student's, rename the folder."
                )
        elif shown != name:
            faults[shown] = (
                f"{shown}: the folder's name is not plain text (it is no UTF-8, or has control "
                "characters), and no gradebook can hold it; rename the folder and grade again."
            )
        else:
            students.append(name)
    return HandedIn(tuple(students), faults, tuple(notes))
