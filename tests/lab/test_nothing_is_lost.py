"""Whatever a student, an update of the course and two commands do in turn, no work is lost."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.lab.copies import copy_path, put_copies, reset_copy

STAGE = "01_unrolled"
actions = st.lists(
    st.sampled_from(["start", "edit copy", "edit offer", "update", "reset", "lose record"]),
    max_size=25,
)


@given(actions=actions, second=st.integers(0, 1))
def test_everything_a_student_wrote_is_still_there(
    actions: list[str], second: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After any order of events each version the student left in a file is in some file."""
    folder = tmp_path_factory.mktemp("course")
    release, work = folder / "release", folder / "work"
    notebook = release / STAGE / f"{STAGE}.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text("release 0")
    now = datetime(2026, 11, 23)
    current: dict[Path, str] = {}  # what the student wrote into which file, last
    for number, action in enumerate(actions, start=1):
        # With second = 0 every reset falls into one second.
        now += timedelta(seconds=second)
        offers = sorted((work / STAGE).glob("*.new*.ipynb"))
        if action == "start":
            put_copies(release, work)
        elif action == "update":
            notebook.write_text(f"release {number}")
        elif action == "reset":
            reset_copy(release, work, STAGE, now)
        elif action == "lose record":
            (work / ".releases.json").unlink(missing_ok=True)
        elif action == "edit copy" and copy_path(work, STAGE).exists():
            copy = copy_path(work, STAGE)
            # What the student replaces by an edit is the student's to replace.
            current = {path: text for path, text in current.items() if path != copy}
            current[copy] = f"answer {number}"
            copy.write_text(current[copy])
        elif action == "edit offer" and offers:
            current[offers[0]] = f"answer {number}"
            offers[0].write_text(current[offers[0]])
        if action == "reset" and copy_path(work, STAGE) in current:
            # From now on it must be found in the backup.
            text = current.pop(copy_path(work, STAGE))
            (backup,) = [path for path in work.rglob("*T*.ipynb") if path.read_text() == text]
            current[backup] = text
        assert {path: path.read_text() for path in current} == current
