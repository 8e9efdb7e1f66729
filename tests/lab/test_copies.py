"""The student's copies: made once, never written over, newer releases beside them."""

import json
import platform
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

from autograder.lab.copies import (
    UnknownStage,
    find_stage,
    put_copies,
    release_notebooks,
    reset_copy,
)

MakeRelease = Callable[[str], Path]
NOON = datetime(2026, 11, 23, 12, 0, 0)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_only_notebooks_of_stages_belong_to_a_release(make_release: MakeRelease) -> None:
    """Check points, second notebooks and other folders are not stages."""
    release = make_release("first")
    for stray in (
        "extra/extra.ipynb",
        "01_unrolled/notes.ipynb",
        "01_unrolled/.ipynb_checkpoints/01_unrolled-checkpoint.ipynb",
        "header.ipynb",
    ):
        path = release / stray
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    assert list(release_notebooks(release)) == ["00_warmup", "01_unrolled"]


def test_a_release_that_was_never_made_has_no_notebooks(tmp_path: Path) -> None:
    """A missing folder is an empty release."""
    assert release_notebooks(tmp_path / "nowhere") == {}


def test_the_first_start_copies_every_stage(make_release: MakeRelease, work: Path) -> None:
    """Copies are the release's bytes, and nothing else is left in their folders."""
    release = make_release("first")
    changes = put_copies(release, work)
    assert [(change.kind, change.stage) for change in changes] == [
        ("copied", "00_warmup"),
        ("copied", "01_unrolled"),
    ]
    for stage in ("00_warmup", "01_unrolled"):
        assert contents(work / stage) == contents(release / stage)


def test_a_second_start_changes_nothing(make_release: MakeRelease, work: Path) -> None:
    """Neither an edited nor an untouched copy of the current release is written to."""
    release = make_release("first")
    put_copies(release, work)
    edited = work / "01_unrolled" / "01_unrolled.ipynb"
    edited.write_text("my answer")
    before = {path: path.stat().st_mtime_ns for path in work.rglob("*.ipynb")}
    assert put_copies(release, work) == []
    assert {path: path.stat().st_mtime_ns for path in work.rglob("*.ipynb")} == before
    assert edited.read_text() == "my answer"


def test_a_deleted_copy_comes_back(make_release: MakeRelease, work: Path) -> None:
    """A student who threw a notebook away gets a fresh one."""
    release = make_release("first")
    put_copies(release, work)
    (work / "00_warmup" / "00_warmup.ipynb").unlink()
    assert [change.stage for change in put_copies(release, work)] == ["00_warmup"]


def test_a_newer_release_is_offered_beside_the_copy(make_release: MakeRelease, work: Path) -> None:
    """The copy stays, edited or not, and what is said of it tells the two apart."""
    first = put_copies(make_release("first"), work)
    edited, untouched = work / "00_warmup/00_warmup.ipynb", work / "01_unrolled/01_unrolled.ipynb"
    old = untouched.read_bytes()
    edited.write_text("my answer")
    release = make_release("second")
    changes = put_copies(release, work)
    assert len(first) == len(changes) == 2
    assert [(change.kind, change.untouched) for change in changes] == [
        ("offered", False),
        ("offered", True),
    ]
    assert edited.read_text() == "my answer"
    assert untouched.read_bytes() == old
    for change in changes:
        assert change.path.name == f"{change.stage}.new.ipynb"
        notebook = release_notebooks(release)[change.stage]
        assert change.path.read_bytes() == notebook.read_bytes()


def test_an_offer_is_made_once(make_release: MakeRelease, work: Path) -> None:
    """A student who deletes the offered notebook is not asked at every start."""
    put_copies(make_release("first"), work)
    release = make_release("second")
    for change in put_copies(release, work):
        change.path.unlink()
    assert put_copies(release, work) == []


def test_an_offer_never_writes_over_an_earlier_offer(make_release: MakeRelease, work: Path) -> None:
    """Somebody may have begun to work in the notebook that was offered before."""
    put_copies(make_release("first"), work)
    (work / "00_warmup").joinpath("00_warmup.new.ipynb").write_text("worked on")
    changes = put_copies(make_release("second"), work)
    assert changes[0].path.name == "00_warmup.new.2.ipynb"
    assert (work / "00_warmup" / "00_warmup.new.ipynb").read_text() == "worked on"


@pytest.mark.parametrize("damage", ["", "[]", '{"00_warmup": 3}', "{", "\udcff"])
def test_a_damaged_record_costs_at_most_an_offer(
    damage: str, make_release: MakeRelease, work: Path
) -> None:
    """Copies that equal the release need no offer; the edited one gets one, and stays."""
    release = make_release("first")
    put_copies(release, work)
    edited = work / "01_unrolled" / "01_unrolled.ipynb"
    edited.write_text("my answer")
    (work / ".releases.json").write_bytes(damage.encode("utf-8", "surrogateescape"))
    changes = put_copies(release, work)
    assert [(change.kind, change.stage) for change in changes] == [("offered", "01_unrolled")]
    assert edited.read_text() == "my answer"
    assert put_copies(release, work) == []


@pytest.mark.parametrize("part", ["01", "1", "unrolled", "UNROLLED", "01_unrolled"])
def test_a_reset_takes_a_part_of_a_stage_s_name(
    part: str, make_release: MakeRelease, work: Path
) -> None:
    """As long as only one stage has it."""
    changes = reset_copy(make_release("first"), work, part, NOON)
    assert [change.stage for change in changes] == ["01_unrolled"]


def test_a_whole_name_is_not_a_part_of_a_longer_one() -> None:
    """A stage whose name begins like another's can still be named."""
    assert find_stage(["01_sum", "01_sum_again"], "01_sum") == "01_sum"
    with pytest.raises(UnknownStage, match="'01' may mean 01_sum or 01_sum_again"):
        find_stage(["01_sum", "01_sum_again"], "01")


def test_a_copy_names_the_version_that_will_run_it(make_release: MakeRelease, work: Path) -> None:
    """JupyterLab then has nothing to add; the copy still counts as untouched and up to date."""

    def release(word: str) -> Path:
        folder = make_release(word)
        for path in release_notebooks(folder).values():
            notebook = nbformat.read(path, as_version=4)
            notebook.metadata["language_info"] = {"name": "python"}
            nbformat.write(notebook, path)
        return folder

    first = release("première")
    put_copies(first, work)
    path = work / "01_unrolled" / "01_unrolled.ipynb"
    copy = nbformat.read(path, as_version=4)
    assert copy.metadata["language_info"].pop("version") == platform.python_version()
    assert copy == nbformat.read(first / "01_unrolled" / "01_unrolled.ipynb", as_version=4)
    written = path.read_text("utf-8")
    assert written == nbformat.writes(nbformat.read(path, as_version=4)) + "\n"

    (work / ".releases.json").unlink()
    assert put_copies(first, work) == []
    changes = put_copies(release("second"), work)
    assert [(change.kind, change.untouched) for change in changes] == [("offered", True)] * 2


def test_a_reset_keeps_the_old_copy_under_a_dated_name(
    make_release: MakeRelease, work: Path
) -> None:
    """The stage begins anew from the current release, which then needs no offer."""
    put_copies(make_release("first"), work)
    mine = work / "00_warmup" / "00_warmup.ipynb"
    mine.write_text("my answer")
    release = make_release("second")
    kept, fresh = reset_copy(release, work, "00_warmup", NOON)
    assert kept.path.name == "00_warmup.2026-11-23T120000.ipynb"
    assert kept.path.read_text() == "my answer"
    assert fresh.path.read_bytes() == (release / "00_warmup" / "00_warmup.ipynb").read_bytes()
    assert [change.stage for change in put_copies(release, work)] == ["01_unrolled"]


def test_two_resets_in_one_second_keep_both_copies(make_release: MakeRelease, work: Path) -> None:
    """A dated name that is taken is never taken again."""
    release = make_release("first")
    mine = work / "00_warmup" / "00_warmup.ipynb"
    put_copies(release, work)
    for answer in ("one", "two", "three"):
        mine.write_text(answer)
        reset_copy(release, work, "00_warmup", NOON)
    backups = sorted((work / "00_warmup").glob("*T120000*"))
    assert sorted(path.read_text() for path in backups) == ["one", "three", "two"]


def test_a_reset_before_the_first_start_makes_a_copy(make_release: MakeRelease, work: Path) -> None:
    """There is nothing to keep, and that is no error."""
    (fresh,) = reset_copy(make_release("first"), work, "00_warmup", NOON)
    assert fresh.kind == "copied"
    assert fresh.path.exists()


def test_an_unknown_stage_is_refused_with_the_list(make_release: MakeRelease, work: Path) -> None:
    """The message names the stages, and nothing is made."""
    with pytest.raises(UnknownStage, match="00_warmup, 01_unrolled"):
        reset_copy(make_release("first"), work, "../../etc", NOON)
    assert not work.exists()


def test_the_record_says_which_release_was_copied(make_release: MakeRelease, work: Path) -> None:
    """Checksums of the release and of the copy for each stage, in JSON."""
    put_copies(make_release("first"), work)
    record = json.loads((work / ".releases.json").read_text())
    assert {stage: sorted(known) for stage, known in record.items()} == {
        "00_warmup": ["copied", "written"],
        "01_unrolled": ["copied", "written"],
    }
