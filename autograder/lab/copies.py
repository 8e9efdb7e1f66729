"""The student's own copies of the release notebooks, in `work/NN_topic/NN_topic.ipynb`.

A copy is made once and is the student's from then on: nothing here ever writes over it. When the
course brings out a newer release, that one is put beside the copy as `NN_topic.new.ipynb`, once.
`work/.releases.json` remembers, by checksum, which release a copy was made from, what was written
as the copy, and which newer release was offered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from autograder.lab.files import checksum, create, replace
from autograder.lab.language import with_python_version

__all__ = [
    "RECORD",
    "Change",
    "UnknownStage",
    "copy_path",
    "find_stage",
    "newer_releases",
    "put_copies",
    "release_notebooks",
    "reset_copy",
]

RECORD = ".releases.json"


class UnknownStage(ValueError):
    """Not the name, nor a part of the name of one stage; the message lists those that there are."""


@dataclass(frozen=True)
class Change:
    """One file that was put into the student's folder.

    `kind` is "copied" (a first copy), "offered" (a newer release beside an older copy) or "kept"
    (the old copy, moved aside by a reset). `untouched` says of an offered release that the copy
    it stands beside still has no work in it.
    """

    kind: Literal["copied", "offered", "kept"]
    stage: str
    path: Path
    untouched: bool = False


def release_notebooks(release: Path) -> dict[str, Path]:
    """Stage name to release notebook, in order; empty if no release has been made yet."""
    found = {path.stem: path for path in release.glob("[0-9][0-9]_*/*.ipynb")}
    return {stage: path for stage, path in sorted(found.items()) if path.parent.name == stage}


def find_stage(stages: Iterable[str], wanted: str) -> str:
    """The stage of that name, or the only one with that part in its name ("01", "warmup").

    Raises UnknownStage if there is none, or more than one.
    """
    names = list(stages)
    if wanted in names:
        return wanted
    found = [name for name in names if wanted.lower() in name]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownStage(
            f"{wanted!r} may mean {' or '.join(found)}; write more of the stage's name."
        )
    raise UnknownStage(f"There is no stage {wanted!r} to reset; the stages are {', '.join(names)}.")


def copy_path(work: Path, stage: str) -> Path:
    """Where a student's own copy of a stage lies."""
    return work / stage / f"{stage}.ipynb"


def put_copies(release: Path, work: Path) -> list[Change]:
    """Copy each stage that has no copy yet, and offer newer releases; returns what was put."""
    record = _read_record(work)
    changes = []
    for stage, notebook in release_notebooks(release).items():
        release_content = notebook.read_bytes()
        current, content = checksum(release_content), with_python_version(release_content)
        mine, known = copy_path(work, stage), record.setdefault(stage, {})
        try:
            create(mine, content)
        except FileExistsError:
            offered = _offer(mine, content, current, known)
            if offered is not None:
                # Older records have no "written": then the copy was the release itself.
                written = known.get("written", known.get("copied"))
                untouched = checksum(mine.read_bytes()) == written
                changes.append(Change("offered", stage, offered, untouched))
        else:
            known.clear()
            known.update(copied=current, written=checksum(content))
            changes.append(Change("copied", stage, mine))
        # After each stage, so that an interrupted start knows what it has done.
        _write_record(work, record)
    return changes


def _offer(mine: Path, content: bytes, current: str, known: dict[str, str]) -> Path | None:
    """Put a newer release beside a copy; None if the copy is up to date or it was offered before.

    A copy of which nothing is recorded (a lost record, a notebook brought from elsewhere) may be
    out of date: unless it is the release itself, the release is offered once.
    """
    if "copied" not in known:
        found = checksum(mine.read_bytes())
        if found in (current, checksum(content)):
            known.update(copied=current, written=found)
    if current in (known.get("copied"), known.get("offered")):
        return None
    known["offered"] = current
    return _create_numbered(mine.with_suffix(".new.ipynb"), content)


def newer_releases(release: Path, work: Path) -> list[Path]:
    """The notebooks in the work folder that hold a newer release than the copy beside them."""
    record = _read_record(work)
    found = []
    for stage, notebook in release_notebooks(release).items():
        content = notebook.read_bytes()
        if record.get(stage, {}).get("offered") == checksum(content):
            written = with_python_version(content)
            beside = sorted(copy_path(work, stage).parent.glob(f"{stage}.new*.ipynb"))
            # Somebody may work in the offered notebook: then its name is all there is to go by.
            found += [path for path in beside if path.read_bytes() == written] or beside
    return found


def reset_copy(release: Path, work: Path, stage: str, now: datetime) -> list[Change]:
    """Move the copy of a stage to a dated backup and put a fresh one in its place.

    `stage` is its name or an unambiguous part of it (see `find_stage`). Returns the backup (if
    there was a copy) and the fresh copy. At no moment is the old copy without a name: the backup
    is complete before the fresh copy replaces it.
    Raises UnknownStage.
    """
    notebooks = release_notebooks(release)
    stage = find_stage(notebooks, stage)
    mine, release_content = copy_path(work, stage), notebooks[stage].read_bytes()
    content = with_python_version(release_content)
    changes = []
    if mine.exists():
        dated = mine.with_suffix(f".{now:%Y-%m-%dT%H%M%S}.ipynb")
        changes.append(Change("kept", stage, _create_numbered(dated, mine.read_bytes())))
    replace(mine, content)
    record = _read_record(work)
    record[stage] = {"copied": checksum(release_content), "written": checksum(content)}
    _write_record(work, record)
    return [*changes, Change("copied", stage, mine)]


def _create_numbered(path: Path, content: bytes) -> Path:
    """Create `path`, or `path` with 2, 3, ... before its suffix where names are taken."""
    candidate, number = path, 1
    while True:
        try:
            create(candidate, content)
        except FileExistsError:
            number += 1
            candidate = path.with_suffix(f".{number}.ipynb")
        else:
            return candidate


def _read_record(work: Path) -> dict[str, dict[str, str]]:
    """What was copied and offered; empty if it was never written or somebody damaged it."""
    try:
        record = json.loads((work / RECORD).read_text(encoding="utf-8"))
        return {
            str(stage): {str(key): str(value) for key, value in known.items()}
            for stage, known in record.items()
        }
    except (FileNotFoundError, ValueError, AttributeError):
        # Without a record a newer release may be offered once more: harmless.
        return {}


def _write_record(work: Path, record: dict[str, dict[str, str]]) -> None:
    """Remember what was copied and offered, for the next start."""
    replace(work / RECORD, (json.dumps(record, indent=2) + "\n").encode())
