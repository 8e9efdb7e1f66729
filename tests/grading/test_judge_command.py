"""`autograder judge`: its words, its JSON, its exit codes, and the same bytes for the same seed."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from autograder import cli
from autograder.authoring.layout import CHECKOUT
from autograder.grading.ingest import parse_submission
from autograder.grading.seed import SECRET
from autograder.grading.submission import UnknownStage, guess_stage, open_case
from autograder.stages import STAGES

_COMMAND = "import sys; from autograder.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def course(tmp_path):
    """A course folder with the stages' instructor notebooks."""
    (tmp_path / "nbgrader_config.py").write_text("")
    shutil.copytree(CHECKOUT.root / "solutions", tmp_path / "solutions")
    return tmp_path


def judge(*arguments, hash_seed="random"):
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", _COMMAND, "judge", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT.root,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )


@pytest.mark.parametrize(
    ("stage", "sandbox"), [("01_unrolled", "bubblewrap"), ("02_cross_entropy", "none")]
)
def test_one_seed_prints_the_same_bytes_in_two_processes(course, stage, sandbox):
    """A submission with a right, a wrong, a raising and a remarked answer."""
    notebook = json.loads(CHECKOUT.solution(stage).read_text())
    changes = {
        "dh": "dh = dlogits",
        "dprobs": "dprobs = -2 * dlogprobs",
        "dC": "dC = torch.zeros_like(C)\ndC[Xb] += demb",
        "db1": "db1 = dhprebn.cumsum(0)[-2]",
        "softmax_jacobian": "def softmax_jacobian(x):\n    return x @ x[:, None]",
        "logsumexp": "def logsumexp(x):\n    return x.exp().sum(1)",
        "dW2": "raise KeyError(object(), {'a', 'b'})",
        "db2": "db2 = dlogits.sum(0, keepdim=True) + torch.randn(())",
        "probs": "probs = {1: object()}",
    }
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in changes:
            cell["source"] = changes[name]
    path = course / "submitted.ipynb"
    path.write_text(json.dumps(notebook))
    options = ["--seed", 7, "--json", "-", "--course", course, "--sandbox", sandbox]
    runs = [judge(path, *options, hash_seed=seed) for seed in ("1", "2")]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr
    assert runs[0].stdout == runs[1].stdout
    verdict = json.loads(runs[0].stdout)
    assert verdict["score"] < verdict["max_score"]
    assert verdict["receipt"]["seed"] == 7


def test_the_words_name_each_step_and_the_score(course, capsys):
    """The JSON goes into a file then."""
    path = CHECKOUT.release("01_unrolled")
    code = cli.main(
        [
            *("judge", str(path), "--sandbox", "none", "--seed", "3"),
            *("--json", str(course / "v.json"), "--course", str(course)),
        ]
    )
    printed = capsys.readouterr().out.splitlines()
    assert code == 0
    assert len(printed) == 27
    steps = STAGES["01_unrolled"].steps
    assert all(step.name in line for step, line in zip(steps, printed[:-1], strict=True))
    assert printed[-1] == "01_unrolled: 0 of 26 points (seed 3)"
    assert json.loads((course / "v.json").read_text())["score"] == 0.0
    assert not (course / SECRET).exists()


def test_without_a_seed_it_comes_from_the_courses_secret(course):
    """The same each time in one course, and another in another course."""
    path = CHECKOUT.solution("01_unrolled")
    first, again = (open_case(path, course=course).seed for _ in range(2))
    (course / SECRET).unlink()
    assert first == again != open_case(path, course=course).seed


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nothing.ipynb"], 2),
        (["broken.ipynb"], 1),
        (["release.ipynb", "--stage", "99_no"], 2),
        (["release.ipynb", "--seed", "-1"], 2),
        (["release.ipynb", "--seed", "x"], 2),
        (["untold.ipynb"], 2),
        (["link.ipynb"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_exit_codes_tell_whose_fault_it_is(course, capsys, monkeypatch, arguments, code):
    """Each with one sentence on stderr, and nothing on stdout."""
    text = CHECKOUT.release("01_unrolled").read_text()
    (course / "release.ipynb").write_text(text)
    (course / "broken.ipynb").write_text(text[: len(text) // 2])
    (course / "untold.ipynb").write_text('{"cells": [], "nbformat": 4, "metadata": {}}')
    (course / "link.ipynb").symlink_to(course / "release.ipynb")
    monkeypatch.chdir(course)
    try:
        found = cli.main(["judge", *arguments, "--sandbox", "none"])
    except SystemExit as exit:
        found = exit.code
    told = capsys.readouterr()
    assert (found, told.out) == (code, "")
    assert told.err.strip()


def test_a_course_without_its_notebooks_cannot_grade(tmp_path, capsys, monkeypatch):
    """Exit code 3: the submission is not at fault."""
    monkeypatch.setattr("autograder.grading.versions.checkout_directory", lambda: None)
    path = CHECKOUT.release("01_unrolled")
    code = cli.main(["judge", str(path), "--course", str(tmp_path), "--sandbox", "none"])
    assert code == 3
    assert "solutions/01_unrolled/01_unrolled.ipynb" in capsys.readouterr().err


@pytest.mark.parametrize("stage", STAGES)
def test_the_stage_is_told_by_the_notebook(tmp_path, stage):
    """Whatever the file is called."""
    raw = parse_submission(CHECKOUT.release(stage).read_bytes())
    assert guess_stage(raw, tmp_path / "homework.ipynb").name == stage


def test_a_notebook_without_any_of_our_cells_is_told_by_its_name(tmp_path):
    """Its own or its folder's; else there is no telling."""
    raw = parse_submission(b'{"cells": [], "nbformat": 4, "metadata": {}}')
    assert guess_stage(raw, tmp_path / "02_cross_entropy (1).ipynb").name == "02_cross_entropy"
    assert guess_stage(raw, tmp_path / "03_batchnorm" / "x.ipynb").name == "03_batchnorm"
    with pytest.raises(UnknownStage, match="--stage"):
        guess_stage(raw, tmp_path / "x.ipynb")


def test_a_fault_of_the_judge_is_not_the_notebooks(capsys, monkeypatch):
    """Whatever nothing should raise: exit code 3, and where it comes from in one sentence."""

    def open_case(*_, **__):
        raise ValueError("too many values")

    monkeypatch.setattr("autograder.grading.command.open_case", open_case)
    path = CHECKOUT.release("01_unrolled")
    assert cli.main(["judge", str(path), "--sandbox", "none"]) == 3
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert f"{path}: the judge failed on it: ValueError: too many values (open_case, line" in told


@pytest.mark.parametrize("stage", [name for name in STAGES if name != "01_unrolled"])
def test_the_notebook_of_another_stage_is_told_so(capsys, stage):
    """A file in the wrong folder is refused by name, and not called one of hardly any answers."""
    for handed_in, wanted in ((stage, "01_unrolled"), ("01_unrolled", stage)):
        path = CHECKOUT.release(handed_in)
        assert cli.main(["judge", str(path), "--stage", wanted, "--sandbox", "none"]) == 1
        told = f"{path.name} is the notebook of stage {handed_in}; hand in that of {wanted}."
        assert told in capsys.readouterr().err
