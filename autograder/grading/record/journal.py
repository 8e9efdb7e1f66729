"""The journal: one line of JSON for each verdict, only ever added to.

It is written before anything else, and gradebook and feedback can be made again from it. A line
that is cut off, because the machine stopped or the disk was full, counts as never written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.grading.errors import GradingError
from autograder.grading.record.lock import OURS

__all__ = ["Entry", "Journal", "journal_path"]

_VERSION = 1


@dataclass(frozen=True)
class Entry:
    """One verdict, or why there is none (``refused``), with all that the gradebook needs.

    ``points`` and ``comments`` are by grade_id; points of None mean that there is no score.
    ``review`` names the graded cells that an instructor should look at.
    """

    student: str
    stage: str
    receipt: Mapping[str, Any]
    verdict: Mapping[str, Any] | None
    refused: str | None
    points: Mapping[str, float | None]
    comments: Mapping[str, str | None] = field(default_factory=dict)
    review: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the verdict depends on, in 64 characters: the receipt, the student, the stage."""
        told = [self.student, self.stage, dict(self.receipt), self.refused]
        text = json.dumps(told, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def score(self) -> float | None:
        """The points of the steps that the judge decides, or None if there is no verdict."""
        return None if self.verdict is None else float(self.verdict["score"])

    def to_json(self) -> dict[str, Any]:
        """The entry as plain JSON values."""
        return {
            "version": _VERSION,
            "key": self.key,
            "student": self.student,
            "stage": self.stage,
            "receipt": dict(self.receipt),
            "verdict": self.verdict,
            "refused": self.refused,
            "points": dict(self.points),
            "comments": dict(self.comments),
            "review": list(self.review),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Entry:
        """The entry in what ``to_json`` gave. Raises KeyError or TypeError for anything else."""
        if told["version"] != _VERSION:
            raise KeyError("version")
        return cls(
            student=told["student"],
            stage=told["stage"],
            receipt=told["receipt"],
            verdict=told["verdict"],
            refused=told["refused"],
            points=told["points"],
            comments=told["comments"],
            review=tuple(told["review"]),
        )


def journal_path(course: Path, stage: str) -> Path:
    """Where the journal of a stage lies."""
    return course / OURS / "journal" / f"{stage}.jsonl"


class Journal:
    """The journal of one stage. A context manager; hold the course's lock while it is open.

    ``latest`` has the last entry of each student and file: keys are the student and the digest
    of the file (or, for a file that has none, why). ``unreadable`` counts lines that are damaged.
    """

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        """Read what is there. Raises GradingError when it cannot be read or made."""
        self.path = path
        self.latest: dict[tuple[str, str], Entry] = {}
        self.unreadable = 0
        self._descriptor: int | None = None
        try:
            if writable:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
                self._descriptor = os.open(path, flags, 0o600)
            content = path.read_bytes() if path.exists() else b""
        except OSError as error:
            self.close()
            raise GradingError(f"the journal {path} cannot be used: {error.strerror}.") from error
        *lines, self._torn = content.split(b"\n")
        for line in filter(None, lines):
            self._read(line)

    def _read(self, line: bytes) -> None:
        try:
            self._remember(Entry.from_json(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            self.unreadable += 1

    def _remember(self, entry: Entry) -> None:
        self.latest[entry.student, file_of(entry)] = entry

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries; they are on the disk when this returns. Raises GradingError."""
        entries = list(entries)
        assert self._descriptor is not None, "the journal was opened for reading"
        lines = [json.dumps(entry.to_json(), ensure_ascii=True) + "\n" for entry in entries]
        content = (b"\n" if self._torn else b"") + "".join(lines).encode()
        before = os.fstat(self._descriptor).st_size
        try:
            _write_all(self._descriptor, content)
            os.fsync(self._descriptor)
        except OSError as error:
            with contextlib.suppress(OSError):  # what was begun is a torn line at worst
                os.ftruncate(self._descriptor, before)
            raise GradingError(
                f"the journal {self.path} cannot be written ({error.strerror}); nothing that was "
                "recorded is lost: mend that and grade again."
            ) from error
        self._torn = b""
        for entry in entries:
            self._remember(entry)

    def close(self) -> None:
        """Nothing can be added any more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def file_of(entry: Entry) -> str:
    """The digest of the submitted file; for one that could not be read at all, why."""
    return str(entry.receipt["submission"]) or str(entry.refused)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
