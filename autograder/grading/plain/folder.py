"""A student's folder of a plain nbgrader assignment, whatever lies in it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat

from autograder.grading.batch.compose import Shown, compose
from autograder.grading.errors import GradingError
from autograder.grading.ingest import RawNotebook, Refused, find_submission
from autograder.grading.notebook.file import read_file
from autograder.grading.notebook.stub import Stubs
from autograder.grading.plain.graded import grade_plain
from autograder.grading.receipt import digest_of, make_receipt
from autograder.grading.repair import rebuild
from autograder.grading.runner_process import Runner

__all__ = ["files_beside", "grade_plain_folder"]

_MOST_FILES = 200
_MOST_BYTES = 16 << 20  # of all files beside a notebook
_LONGEST_NAME = 200


class _TooMany(Exception):
    """The files beside a notebook are more than are carried; the message tells how many."""


def grade_plain_folder(job: Mapping[str, Any], start: Callable[[], Runner]) -> dict[str, Any]:
    """Grade the notebook in a student's folder by an instructor's test cells.

    ``job`` has the ``folder``, the ``stage`` (the assignment's name), the path of the ``source``,
    a ``seed`` or None, and in ``plain`` what ``plain_settings`` gave. The result is that of
    ``grade_folder``. Raises GradingError.
    """
    source, settings = Path(job["source"]), job["plain"]
    stubs, seed = Stubs(settings["code"], settings["text"]), job["seed"] or 0
    file = None
    try:
        file, renamed = find_submission(Path(job["folder"]), source.stem, job.get("student", ""))
        files, left_out = _files(Path(job["folder"]), source.parent)
        return grade_plain(
            file,
            source,
            start,
            assignment=job["stage"],
            stubs=stubs,
            seconds=settings["seconds"],
            files=files,
            repairs=(*renamed, *left_out),
            seed=seed,
        )
    except Refused as refused:
        return _refused(source, stubs, _digest(file), seed, str(refused))


def _files(submitted: Path, course: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """What lies beside the notebook when it runs, and what is to be told of it.

    As with nbgrader, an instructor's file takes the place of a student's. Raises GradingError.
    """
    try:
        own = files_beside(course)
    except _TooMany as error:
        raise GradingError(
            f"{error}: put what notebooks read into fewer or smaller ones."
        ) from error
    try:
        return files_beside(submitted) | own, ()
    except _TooMany as error:
        return own, (f"{error}; they were left out.",)


def files_beside(folder: Path) -> dict[str, bytes]:
    """The ordinary files of a folder that may hold anything, by path; no notebooks, no links."""
    found: dict[str, bytes] = {}
    size = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(names):
            path = Path(place, name)
            relative = path.relative_to(folder).as_posix()
            if name.startswith(".") or name.endswith(".ipynb") or len(relative) > _LONGEST_NAME:
                continue
            try:
                content = read_file(path)
                relative.encode()
            except (Refused, UnicodeEncodeError):
                continue
            found[relative] = content
            size += len(content)
            if size > _MOST_BYTES or len(found) > _MOST_FILES:
                raise _TooMany(
                    f"The files beside the notebook in {folder.name} are more than {_MOST_FILES}, "
                    f"or have more than {_MOST_BYTES >> 20} MB"
                )
    return found


def _digest(file: Path | None) -> str:
    try:
        content = read_file(file) if file is not None else None
    except Refused:
        content = None
    return f"sha256:{hashlib.sha256(content).hexdigest()}" if content is not None else ""


def _refused(source: Path, stubs: Stubs, submission: str, seed: int, why: str) -> dict[str, Any]:
    """All that is recorded of a submission that cannot be read: no score that might be stale."""
    notebook = nbformat.read(source, as_version=4)
    empty = rebuild(RawNotebook((), (), ""), notebook, stubs=stubs)
    composed = compose(Shown(notebook, (), {}), empty, {}, {"refused": why}, refusal=why)
    marks = [cell.metadata.get("nbgrader") or {} for cell in notebook.cells]
    return {
        "receipt": make_receipt(submission, digest_of(source), seed).to_json(),
        "verdict": None,
        "refused": why,
        "points": {m["grade_id"]: None for m in marks if m.get("grade") or m.get("task")},
        "comments": {},
        "review": [],
        "notebook": json.dumps(composed, ensure_ascii=False, indent=1),
    }
