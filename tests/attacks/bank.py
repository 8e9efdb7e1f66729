"""All attacks, room by room."""

from __future__ import annotations

from tests.attacks.attack import ROOMS, Attack
from tests.attacks.rooms import (
    cheating,
    escaping,
    exhausting,
    files,
    forging,
    messages,
    outside,
    reader,
    references,
    replays,
    structure,
)

__all__ = ["BANK"]

_MODULES = (
    *(forging, structure, messages),
    *(cheating, references, replays),
    *(exhausting, files),
    *(escaping, outside),
    reader,
)

BANK: tuple[Attack, ...] = tuple(
    sorted(
        (attack for module in _MODULES for attack in module.ATTACKS),
        key=lambda attack: ROOMS.index(attack.room),
    )
)
