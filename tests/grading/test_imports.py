"""What is not imported, and that it can be."""

import subprocess
import sys

import pytest

_SLOW = ("nbconvert", "jupyter_server", "notebook", "torch", "matplotlib", "IPython")


def _run(program: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return ended.stdout.strip()


def test_the_grader_imports_nbgrader_without_its_pages() -> None:
    """What hands out the work needs neither a Jupyter server nor what converts notebooks."""
    program = f"""
import gc, sys
from autograder.grading.batch.imports import import_nbgrader, many_imports, skip_slow_imports
with many_imports():
    skip_slow_imports()
    import_nbgrader()
    import autograder.grading.batch.grade
print([name for name in {_SLOW} if name in sys.modules], gc.isenabled())
"""
    assert _run(program) == "[] True"


@pytest.mark.parametrize("before", ["", "import nbgrader;"])
def test_nbgraders_pages_can_be_imported_afterwards(before: str) -> None:
    """Nothing of what stood in for them is left."""
    program = f"""
{before}
from autograder.grading.batch.imports import import_nbgrader
import_nbgrader()
from nbgrader.converters import GenerateFeedback
from nbgrader.server_extensions.formgrader import handlers
from nbgrader.server_extensions.formgrader import load_jupyter_server_extension as load
print(callable(load), handlers.__name__)
"""
    assert _run(program) == "True nbgrader.server_extensions.formgrader.handlers"


def test_a_judging_process_without_feedback_imports_no_converter() -> None:
    """A batch without feedback does not wait for what writes pages; one with feedback has it."""
    program = """
import sys
from autograder.grading.batch.host import _import_all
for feedback in (False, True):
    _import_all(feedback)
    print("nbconvert" in sys.modules)
"""
    assert _run(program).split() == ["False", "True"]


def test_no_gradient_needs_sympy() -> None:
    """Which torch would import for a third of a second, before the first wrong answer is told."""
    program = """
import sys
import torch
from autograder.compare import Reference, compare
from autograder.mistakes import mistakes_of
from autograder.situation import make_situation
from autograder.stages.unrolled import STAGE, Sizes, draw_inputs
generator = torch.Generator().manual_seed(3)
made = make_situation(STAGE, draw_inputs(generator, Sizes(n=7)), generator, False)
for step in STAGE.steps:
    expected = made.expected[step.name]
    assert not compare(2 * expected.value + 1, expected).passed
    assert mistakes_of(STAGE, step)
print("sympy" in sys.modules)
"""
    assert _run(program) == "False"


def test_a_stage_imports_the_mistakes_of_no_other() -> None:
    """A notebook has one stage; the tables of all take longer than the rest of the check."""
    program = """
import sys
from autograder import Check
Check("02_cross_entropy", {})
written = [name for name in sys.modules if name.startswith("autograder.mistakes.written.")]
print("autograder.mistakes.written.cross_entropy" in written, any("unrolled" in n for n in written))
"""
    assert _run(program) == "True False"
