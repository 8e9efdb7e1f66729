"""`autograder report`: its words and its exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.grading.batch.imports import skip_slow_imports
from autograder.grading.errors import GradingError

__all__ = ["report_command"]

_FOLDER = "report"


def report_command(
    stage: str, folder: Path | None, output: Path | None, json_to: str | None
) -> int:
    """Write the report on a stage; returns the exit code.

    0 written, 2 wrong usage, 3 nothing is graded yet, or something cannot be read or written.
    ``folder`` is the course's or one in it (default: the current one). ``output`` is the page's
    file (default: in the course's folder, ``report/STAGE.html``), ``json_to`` that of the JSON
    (default: beside the page); - is the terminal.
    """
    if folder is not None and not folder.is_dir():
        return _say(f"there is no folder {folder}; name the course's with --course.", 2)
    skip_slow_imports()
    from autograder.grading.seed import find_course
    from autograder.report.roster import NoSuchStage

    course = find_course(folder or Path.cwd())
    page = course / _FOLDER / f"{stage}.html" if output is None else output
    data = page.with_suffix(".json") if json_to is None else Path(json_to)
    if json_to != "-" and data.absolute() == page.absolute():
        return _say(f"{page} cannot be both page and JSON; name another file with --json.", 2)
    try:
        count = _write(stage, course, page, None if json_to == "-" else data, own=output is None)
    except NoSuchStage as error:
        return _say(str(error), 2)
    except GradingError as error:
        return _say(str(error), 3)
    except OSError as error:
        told = f"{error.filename or page} cannot be written ({error.strerror})"
        return _say(f"{told}; name another file with --output.", 3)
    if json_to != "-":
        print(f"{stage}: {count} submission{'' if count == 1 else 's'}: {page} and {data}")
    return 0


def _write(stage: str, course: Path, page: Path, data: Path | None, *, own: bool) -> int:
    """Write both files, readable for whoever may read the gradebook; how many submissions."""
    from autograder.grading.record.course import CourseFolder
    from autograder.grading.record.files import write_whole
    from autograder.report.contents import contents
    from autograder.report.page import render_report
    from autograder.report.roster import read_roster

    folder = CourseFolder(course)
    told = contents(read_roster(folder, stage))
    html, text = render_report(told), _lines(told)
    mode = 0o660 if folder.directory.groupshared else 0o600
    if own:
        page.parent.mkdir(exist_ok=True)
        write_whole(page.parent / ".gitignore", "*\n")  # a class's marks are not committed
    write_whole(page, html, mode=mode)
    if data is None:
        sys.stdout.write(text)
    else:
        write_whole(data, text, mode=mode)
    return int(told["submissions"]["handed_in"])


def _lines(told: Mapping[str, Any]) -> str:
    """JSON with a line for each member of a list: a student, a mistake."""
    parts = []
    for key, value in told.items():
        text = json.dumps(value)
        if isinstance(value, list) and value:
            text = "[\n" + ",\n".join(json.dumps(each) for each in value) + "\n]"
        parts.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _say(sentence: str, code: int) -> int:
    print(f"autograder report: {sentence}", file=sys.stderr)
    return code
