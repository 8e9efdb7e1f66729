"""A release holds what students need and no answer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.errors import AuthoringError
from autograder.authoring.layout import CHECKOUT
from autograder.authoring.release import build_release, generate


@pytest.fixture
def released(course, stage):
    """The course with its release made."""
    assert build_release(course, stage)
    return course


def test_a_release_has_stubs_in_place_of_answers(released, stage):
    """The text around an answer stays; answers, outputs and the sources' digest go."""
    text = released.release(stage.name).read_text()
    cells = {cell.id: cell for cell in nbformat.reads(text, as_version=4).cells}
    assert cells["dx"].source.startswith("# dx: a number\n# Your answer")
    assert cells["dx"].source.endswith("\nraise NotImplementedError()")
    assert cells["derivation"].source.startswith("*Your answer")
    for gone in ("canary", "binomial", '"6\\n"', "SOLUTION", "sha256"):
        assert gone not in text
        assert gone in released.solution(stage.name).read_text()


def test_a_second_release_touches_nothing(released, stage):
    """Neither the bytes nor the date of the file change."""
    before = released.release(stage.name).stat()
    assert not build_release(released, stage)
    assert released.release(stage.name).stat() == before


def test_nothing_but_the_notebooks_is_left_behind(released):
    """No gradebook, no folder of nbgrader's."""
    made = {path.relative_to(released.root).as_posix() for path in released.root.glob("*")}
    expected = {"solutions", "notebooks", "autograder", "data"}
    assert made == expected | {"constraints.txt", "nbgrader_config.py"}
    assert [path.name for path in (released.root / "notebooks" / "07_tiny").iterdir()] == [
        "07_tiny.ipynb"
    ]


def test_an_instructors_own_command_gives_the_same_bytes(released, stage, tmp_path_factory):
    """``nbgrader generate_assignment``, run in the checkout, would leave no difference."""
    # The tiny course has a package of its own called autograder, so not in its folder.
    folder = tmp_path_factory.mktemp("instructor")
    shutil.copy(released.root / "nbgrader_config.py", folder)
    shutil.copytree(released.root / "solutions", folder / "solutions")
    # An instructor has the environment's folder on PATH; nbgrader calls alembic by name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        [shutil.which("nbgrader", path=path), "generate_assignment", stage.name],
        cwd=folder,
        env=os.environ | {"PATH": path},
        check=True,
        capture_output=True,
    )
    made = folder / "notebooks" / stage.name / f"{stage.name}.ipynb"
    assert made.read_bytes() == released.release(stage.name).read_bytes()


def test_a_failure_of_nbgrader_names_the_cell(course, stage, edit):
    """nbgrader itself says only that there was an error, and to see its log."""
    edit('check("dx")', 'check("dx")\n### BEGIN HIDDEN TESTS\nassert dx == 6')
    with pytest.raises(AuthoringError) as caught:
        build_release(course, stage)
    for text in ("07_tiny", "cell 4 'check-dx'", "hidden tests"):
        assert text in str(caught.value)
    assert not course.release(stage.name).exists()


def test_a_release_follows_its_solution(released, stage, edit):
    """An edit of the authored file reaches the release in one command."""
    edit("One gradient", "A gradient")
    assert build_release(released, stage)
    assert "A gradient" in generate(released, stage.name)


def test_instructors_settings_need_nothing_that_only_authors_install():
    """nbgrader_config.py loads without jupytext, which is no dependency of the package."""
    code = (
        "import sys; sys.modules['jupytext'] = None\n"
        "from traitlets.config.loader import PyFileConfigLoader\n"
        "config = PyFileConfigLoader('nbgrader_config.py').load_config()\n"
        "print(config.CourseDirectory.source_directory)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT.root, check=True, capture_output=True, text=True
    )
    assert done.stdout == "solutions\n"
