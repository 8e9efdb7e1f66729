"""What checks say in the solutions. nbval keeps no history of cells, and cannot see all of it."""

import json
from pathlib import Path

import pytest

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


def test_the_failing_check_of_stage_00_shows_what_its_text_promises() -> None:
    """A named mistake, the section to read as a link, two pictures with a text, no traceback."""
    cells = json.loads((SOLUTIONS / "00_warmup" / "00_warmup.ipynb").read_text(encoding="utf-8"))[
        "cells"
    ]
    (cell,) = [cell for cell in cells if "# wrong on purpose" in "".join(cell["source"])]
    shown, printed = cell["outputs"]
    html = "".join(shown["data"]["text/html"])
    assert "This is the value of <code>area</code>, and not a gradient." in html
    assert '<a href="#How-check-works">' in html
    assert html.count("<img ") == html.count('alt="') == 2
    assert "".join(printed["text"]) == "The check has raised CheckFailed.\n"


@pytest.mark.parametrize("solution", sorted(SOLUTIONS.glob("*/*.ipynb")), ids=lambda p: p.stem)
def test_no_right_answer_gets_a_note(solution: Path) -> None:
    """What the solutions say is right on other numbers, too."""
    cells = json.loads(solution.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    shown = ["".join(output.get("data", {}).get("text/plain", "")) for output in outputs]
    assert any(" is right" in text for text in shown)
    assert [text for text in shown if " is right" in text and "Note" in text] == []
