"""The page about the mistakes says what the catalogue says."""

import re
import subprocess
import sys

from autograder.authoring.layout import CHECKOUT
from autograder.mistakes.written import MODULES, written_for
from tests.mutants.codes import CODES, MORE

_PAGE = (CHECKOUT.root / "docs" / "mistakes.md").read_text(encoding="utf-8")
_ROWS = re.findall(r'^\| (`[a-z_]+`) \| .+? \| "(.+)" \|$', _PAGE, flags=re.MULTILINE)


def test_every_code_is_explained():
    """A code in a report can be looked up."""
    explained = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\|[^|]*\|", _PAGE, re.M))))
    assert explained >= CODES | MORE


def test_each_example_is_a_sentence_of_the_catalogue():
    """What is quoted is what students read."""
    told = {
        (f"`{mistake.code}`", _sentence(mistake.message))
        for stage in MODULES
        for mistake in written_for(stage)
    }
    assert len(_ROWS) > 30
    assert [row for row in _ROWS if row not in told] == []


def test_the_catalogue_can_be_printed():
    """For all steps or some; a step that has none is told so."""
    listed = _run("dside", "dC")
    assert listed.returncode == 0
    assert {line.split()[1] for line in listed.stdout.splitlines()} == {"dside", "dC"}
    unknown = _run("dnothing")
    assert unknown.returncode == 1
    assert "no written mistakes of dnothing" in unknown.stderr


def _run(*steps: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.mistakes.written", *steps]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT.root)


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:] + ("" if message.endswith("?") else ".")
