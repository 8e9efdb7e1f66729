"""A wrong answer is told the same in the notebook, by the judge, in feedback and in the report."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.authoring.layout import CHECKOUT
from autograder.demo.submissions import Work
from autograder.render import headline, marked_up
from autograder.stages import stage as find_stage
from autograder.verdict import Diagnosis, Status, StepVerdict

# By stage: the wrong answers, and the code of each; "differs" is no mistake that we know.
MISTAKES = {
    "01_unrolled": {
        "dprobs": ("dprobs = dlogprobs", "missing_local_derivative"),
        "dcounts": (
            "dcounts = counts_sum_inv * dprobs\ndcounts = dcounts_sum * torch.ones_like(counts)",
            "overwritten_accumulation",
        ),
        "dW2": ("dW2 = (h.T @ dlogits).T", "transposed"),
        "db2": ("db2 = dlogits", "missing_sum"),
        "dhpreact": ("dhpreact = 1 - h**2 * dh", "precedence"),
        "dbndiff": ("dbndiff = bnvar_inv * dbnraw", "missing_branch"),
        "dbnvar": ("half = -0.5\ndbnvar = half * bnvar**-1.5 * dbnvar_inv", "missing_epsilon"),
        "dlogits": (
            "dlogits = dnorm_logits\n"
            "dlogits += F.one_hot(logits.argmax(1), logits.shape[1]) * dlogit_maxes",
            "aliasing",
        ),
        "db1": ("db1 = dhprebn.sum(0) + 0.1 * h.cumsum(0).sum(0)", "differs"),
        "dC": ("dC = torch.zeros_like(C)\ndC[Xb] += demb", "lost_duplicates"),
        # These run in the notebook's own sizes only, or come to another shape in others.
        "dlogprobs": ("dlogprobs = -F.one_hot(Yb, 27).double()", "missing_mean_factor"),
        "dhprebn": (
            "dhprebn = dbndiff.clone()\ndhprebn += torch.ones(32, 64) * dbnmeani",
            "missing_mean_factor",
        ),
        "demb": (
            "demb = torch.zeros_like(emb)\n"
            "for p in range(3):\n"
            "    demb[:, p] = -dembcat[:, 10 * p : 10 * p + 10]",
            "wrong_sign",
        ),
    },
    "02_cross_entropy": {
        "softmax_jacobian": (
            "def softmax_jacobian(x):\n"
            "    p = F.softmax(x, 0)\n"
            "    return torch.diag(p) + torch.outer(p, p)",
            "wrong_sign",
        ),
        "dlogits": ("dlogits = F.softmax(logits, 1) / n", "missing_branch"),
    },
    "03_batchnorm": {
        "dbnraw": ("dbnraw = dhpreact", "missing_local_derivative"),
        "dhprebn": ("dhprebn = bngain * bnvar_inv * dhpreact", "missing_branch"),
    },
}
_ASK = """
def _told(name):
    import json
    try:
        check(name)
    except Exception as failed:
        print("TOLD " + json.dumps([name, failed.verdict.to_json(), str(failed).splitlines()[0]]))
for _name in {names}:
    _told(_name)
"""


@pytest.fixture(scope="module", params=MISTAKES)
def stage(request: pytest.FixtureRequest) -> str:
    """Each of the stages in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def wrong(stage: str) -> NotebookNode:
    """The release of the stage with the wrong answers, and with right ones in the other cells."""
    release = nbformat.read(CHECKOUT.release(stage), as_version=4)
    solution = nbformat.read(CHECKOUT.solution(stage), as_version=4)
    work = Work.of(release, solution, [step.name for step in find_stage(stage).checked])
    return work.notebook(
        work.answers | {name: source for name, (source, _) in MISTAKES[stage].items()}
    )


@pytest.fixture(scope="module")
def course(stage: str, wrong: NotebookNode, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that has graded that notebook, and reported on it."""
    root = tmp_path_factory.mktemp(stage) / "course"
    (root / "solutions" / stage).mkdir(parents=True)
    shutil.copy(CHECKOUT.solution(stage), root / "solutions" / stage)
    shutil.copy(CHECKOUT.root / "nbgrader_config.py", root)
    submitted = root / "submitted" / "ada" / stage / f"{stage}.ipynb"
    submitted.parent.mkdir(parents=True)
    nbformat.write(wrong, submitted)
    _autograder("grade", stage, "--course", root, "--quiet")
    _autograder("report", stage, "--course", root, "--json", root / "report.json")
    return root


def _autograder(*arguments: object) -> str:
    """What the command prints."""
    code = "import sys; from autograder.cli import main; sys.exit(main())"
    line = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def judged(stage: str, course: Path) -> Mapping[str, Mapping[str, Any]]:
    """The verdicts of `autograder judge --json` by step."""
    notebook = course / "submitted" / "ada" / stage / f"{stage}.ipynb"
    told = _autograder("judge", notebook, "--course", course, "--json", "-")
    return {step["name"]: step for step in json.loads(told)["steps"]}


def test_the_judge_finds_each_mistake(stage: str, judged: Mapping[str, Mapping[str, Any]]) -> None:
    """The right code for each wrong answer, with a section to read; all others are right."""
    found = {
        name: step["diagnosis"]["code"]
        for name, step in judged.items()
        if step["status"] not in (Status.CORRECT, Status.CORRECT_SHAPE_DIFFERS)
    }
    assert found == {name: code for name, (_, code) in MISTAKES[stage].items()}
    assert all(judged[name]["diagnosis"]["read"] for name in MISTAKES[stage])


def test_the_notebook_says_the_same(
    stage: str, wrong: NotebookNode, judged: Mapping[str, Mapping[str, Any]], tmp_path: Path
) -> None:
    """`check` in a kernel in which every cell has run, from the top."""
    notebook = nbformat.reads(nbformat.writes(wrong), as_version=4)
    notebook.cells.append(new_code_cell(_ASK.format(names=list(MISTAKES[stage]))))
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, allow_errors=True, timeout=300, resources=resources).execute()
    printed = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    lines = [line for line in printed.splitlines() if line.startswith("TOLD ")]
    told = {name: (verdict, line) for name, verdict, line in map(json.loads, _after(lines))}
    for name in MISTAKES[stage]:
        verdict, line = told[name]
        assert verdict["diagnosis"] == judged[name]["diagnosis"]
        if verdict["diagnosis"]["code"] != "differs":
            assert judged[name]["diagnosis"]["message"] in line


def _after(lines: list[str]) -> list[str]:
    return [line.removeprefix("TOLD ") for line in lines]


def test_the_feedback_says_the_same(
    stage: str, course: Path, judged: Mapping[str, Mapping[str, Any]]
) -> None:
    """The headline on the page has the sentence; a link leads to the section, on the same page."""
    page = (course / "feedback" / "ada" / stage / f"{stage}.html").read_text()
    for name in MISTAKES[stage]:
        _, _, part = page.partition(f'id="step-check-{name}"')
        part = part.partition("</section>")[0]
        diagnosis = judged[name]["diagnosis"]
        verdict = StepVerdict(
            name, Status.WRONG, 1.0, Diagnosis(diagnosis["code"], diagnosis["message"])
        )
        reason = headline(verdict).partition(": ")[2]
        assert marked_up(reason) in part.replace("&quot;", '"')
        assert marked_up(diagnosis["read"]) in part
        if 'href="#' in part:
            target = part.partition('<a href="#')[2].partition('"')[0]
            assert page.count(f'id="{target}"') == 1


def test_the_report_says_the_same(
    stage: str, course: Path, judged: Mapping[str, Mapping[str, Any]]
) -> None:
    """The ranked mistakes have the codes, the sentences and the sections."""
    report = json.loads((course / "report.json").read_text())
    told = {each["step"]: each for each in report["mistakes"]}
    assert set(told) == set(MISTAKES[stage])
    for name, each in told.items():
        diagnosis = judged[name]["diagnosis"]
        assert each["code"] == diagnosis["code"]
        assert each["message"] == diagnosis["message"]
        assert each["section"] == diagnosis["read"]
