"""The journal loses nothing, and a torn line costs that line only."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.errors import GradingError
from autograder.grading.record.journal import Entry, Journal

RECEIPT = {"submission": "sha256:1", "stage": "sha256:2", "seed": 3, "versions": {"torch": "2"}}
ENTRY = Entry(
    "anna", "07_tiny", RECEIPT, {"score": 1.0}, None, {"check-dx": 1.0}, {"dx": None}, ("check-dx",)
)


def test_what_was_appended_is_read_again(tmp_path: Path) -> None:
    """Every field, and under the student and the file."""
    with Journal(tmp_path / "j.jsonl") as journal:
        journal.append([ENTRY])
    with Journal(tmp_path / "j.jsonl") as journal:
        assert journal.latest == {("anna", "sha256:1"): ENTRY}
        assert journal.unreadable == 0


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    """It has everybody's verdicts."""
    with Journal(tmp_path / "j.jsonl") as journal:
        journal.append([ENTRY])
    assert (tmp_path / "j.jsonl").stat().st_mode & 0o777 == 0o600


def test_the_last_entry_of_a_file_counts(tmp_path: Path) -> None:
    """A regrade adds a line and removes none."""
    again = replace(ENTRY, receipt={**RECEIPT, "stage": "sha256:9"})
    with Journal(tmp_path / "j.jsonl") as journal:
        journal.append([ENTRY])
        journal.append([again])
        assert journal.latest["anna", "sha256:1"] == again
    assert len((tmp_path / "j.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_line_cut_off_counts_as_never_written(tmp_path: Path, cut: int) -> None:
    """The entries before it stay, and the next one is whole."""
    path = tmp_path / "j.jsonl"
    other = replace(ENTRY, student="ben")
    with Journal(path) as journal:
        journal.append([ENTRY, other])
    os.truncate(path, path.stat().st_size - cut)
    with Journal(path) as journal:
        assert list(journal.latest) == [("anna", "sha256:1")]
        journal.append([other])
    with Journal(path) as journal:
        assert list(journal.latest.values()) == [ENTRY, other]
        # What is left of the torn line has a line of its own now; it may even be all of it.
        assert journal.unreadable == (cut > 1)


def test_a_damaged_line_costs_itself_only(tmp_path: Path) -> None:
    """Whatever stands in it; it is counted."""
    path = tmp_path / "j.jsonl"
    line = json.dumps(ENTRY.to_json())
    path.write_text(f'{{"version": 1}}\n[]\n\0\xff\n"a"\n{line}\n', encoding="latin-1")
    with Journal(path) as journal:
        assert list(journal.latest.values()) == [ENTRY]
        assert journal.unreadable == 4


def test_the_key_tells_receipts_students_and_stages_apart() -> None:
    """And is the same for the same."""
    others = [
        replace(ENTRY, student="ben"),
        replace(ENTRY, stage="08_other"),
        replace(ENTRY, refused="no"),
        *(replace(ENTRY, receipt={**RECEIPT, name: "x"}) for name in RECEIPT),
    ]
    assert len({entry.key for entry in [ENTRY, *others]}) == 1 + len(others)
    assert replace(ENTRY, receipt=dict(reversed(RECEIPT.items()))).key == ENTRY.key


_FILL = """
import signal, sys
from pathlib import Path
from autograder.grading.errors import GradingError
from autograder.grading.record.journal import Journal
from tests.grade.test_journal import ENTRY
with Journal(Path(sys.argv[1])) as journal:
    try:
        while True:
            journal.append([ENTRY])
    except GradingError as error:
        print(error)
"""


def test_a_full_disk_costs_what_did_not_fit(tmp_path: Path) -> None:
    """One sentence; nothing is torn, and what was there can be read."""
    path = tmp_path / "j.jsonl"
    length = len(json.dumps(ENTRY.to_json())) + 1
    limit = 10 * length + length // 2

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-B", "-c", _FILL, str(path)],
        preexec_fn=small,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "cannot be written (File too large)" in done.stdout, done.stderr
    assert path.stat().st_size == 10 * length
    with Journal(path) as journal:
        assert list(journal.latest.values()) == [ENTRY]
        assert journal.unreadable == 0


def test_a_journal_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """With its path."""
    (tmp_path / "j.jsonl").mkdir()
    with pytest.raises(GradingError, match=r"j\.jsonl cannot be used: Is a directory"):
        Journal(tmp_path / "j.jsonl")


def test_reading_makes_nothing(tmp_path: Path) -> None:
    """A dry run leaves no file behind."""
    journal = Journal(tmp_path / "folder" / "j.jsonl", writable=False)
    assert journal.latest == {}
    assert list(tmp_path.iterdir()) == []
