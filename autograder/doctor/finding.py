"""What an examination finds: data, no rendering."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Finding", "State"]


class State(Enum):
    """How something stands."""

    GOOD = "good"
    LACKING = "lacking"  # students or instructors run into it
    OPTIONAL = "optional"  # lacking, but only those who develop the course need it


@dataclass(frozen=True)
class Finding:
    """One thing about this machine.

    ``told`` is a clause that says how it stands; ``mend`` the command, or what else to do, when
    it does not stand well.
    """

    topic: str
    state: State
    told: str
    mend: str = ""
