"""`autograder judge`: one notebook, no database."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from autograder.grading.drawing_folder import drawing_folder
from autograder.grading.errors import GradingError, judge_failed
from autograder.grading.ingest import Refused
from autograder.grading.runners import Runners, Sandbox
from autograder.grading.seed import find_course
from autograder.grading.submission import UnknownStage, open_case
from autograder.render_submission import render_submission
from autograder.stages import stage as find_stage
from autograder.verdict import SubmissionVerdict

__all__ = ["judge_command"]


def judge_command(
    notebook: Path,
    *,
    stage: str | None,
    seed: int | None,
    json_to: str | None,
    sandbox: str,
    course: Path | None,
) -> int:
    """Judge a notebook and show the verdict; returns the exit code.

    0 a verdict was reached, 1 the notebook is refused, 2 wrong usage, 3 grading cannot go on.
    """
    if not notebook.exists() and not notebook.is_symlink():
        return _say(f"there is no file {notebook}.", 2)
    try:
        chosen = find_stage(stage) if stage is not None else None
    except ValueError as error:
        return _say(str(error), 2)
    try:
        place = find_course(course or Path.cwd())
        case = open_case(notebook, course=place, stage=chosen, seed=seed)
        with drawing_folder() as variables, Runners(Sandbox(sandbox)) as runners:
            os.environ.update(variables)
            # As `autograder grade` does: what the notebook's own run leaves behind is the same.
            judged = case.judge(runners.open, feedback=True)
        _show(judged.verdict, json_to)
    except Refused as refused:
        return _say(str(refused), 1)
    except UnknownStage as error:
        return _say(str(error), 2)
    except (GradingError, OSError) as error:
        return _say(str(error), 3)
    except Exception as error:  # a fault of ours is no fault of the notebook
        return _say(f"{notebook}: {judge_failed(error)}", 3)
    return 0


def _show(verdict: SubmissionVerdict, json_to: str | None) -> None:
    text = json.dumps(verdict.to_json(), indent=2, ensure_ascii=False) + "\n"
    if json_to == "-":
        sys.stdout.write(text)
        return
    if json_to is not None:
        Path(json_to).write_text(text, encoding="utf-8")
    print(render_submission(verdict).text)


def _say(sentence: str, code: int) -> int:
    print(f"autograder judge: {sentence}", file=sys.stderr)
    return code
