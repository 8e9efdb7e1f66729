"""`autograder grade` with hostile submissions between honest ones: scores, pages, files, exit."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.authoring.layout import CHECKOUT
from tests.attacks.bank import BANK
from tests.attacks.base import attacked, half_answered, honest
from tests.attacks.reading import disguised

STAGE = "01_unrolled"
GRADE = "import sys; from autograder.cli import main; sys.exit(main())"
CHOSEN = (
    *("an object equal to all", "input and syntax transformers", "the package's verdicts patched"),
    *("right answers stolen by a feigned time-out", "os._exit", "a segmentation fault"),
    *("a daemon that outlives", "files for the next student", "signals to everybody"),
    *("forged value: a number of 400 digits", "escapes in an exception", "shown: a script"),
    *("a symbolic link to the solution", "JSON of 8 million lists", "modules beside the notebook"),
)
REFUSED = ("a symbolic link to the solution", "JSON of 8 million lists")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Attackers with an honest student before and after them in the alphabet."""
    root = tmp_path_factory.mktemp("course")
    (root / "solutions" / STAGE).mkdir(parents=True)
    shutil.copy(CHECKOUT.solution(STAGE), root / "solutions" / STAGE)
    shutil.copy(CHECKOUT.root / "nbgrader_config.py", root)
    places = {"@COURSE@": str(root), "@HOME@": str(root), "@PORT@": "9", "@PID@": "1"}
    notebooks = {"anna": honest(STAGE), "half": half_answered(STAGE), "zoe": honest(STAGE)}
    files = {}
    for number, attack in enumerate(attack for attack in BANK if attack.name in CHOSEN):
        notebooks[f"m{number:02}"] = attacked(attack, places)
        files[f"m{number:02}"] = attack.file
    assert len(files) == len(CHOSEN)
    for student, notebook in notebooks.items():
        path = root / "submitted" / student / STAGE / f"{STAGE}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(notebook), encoding="utf-8")
        if change := files.get(student):
            change(path)
    return root


def test_a_batch_with_attackers_ends_as_it_should(course: Path):
    """Honest ones have full marks in the gradebook, attackers no more than without their attack."""
    line = [sys.executable, "-c", GRADE, "grade", STAGE, "--course", str(course)]
    command = [*line, "--jobs", "2", "--json", "-"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=800, check=False)
    assert ended.returncode == 1, ended.stderr  # two cannot be graded
    assert not disguised(ended.stdout + ended.stderr)
    assert json.loads(ended.stdout)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions(STAGE)}
    assert scores["anna"] == scores["zoe"] == 26
    assert scores["half"] == 13
    assert max(score for student, score in scores.items() if student.startswith("m")) <= 13
    pages = list((course / "feedback").rglob("*.html"))
    assert len(pages) >= len(CHOSEN) + 3 - len(REFUSED)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script>EVIL" not in text and "\x1b" not in text
