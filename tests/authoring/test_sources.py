"""The digest changes with what a notebook rests on, and with nothing else."""

import pytest

from autograder.authoring.errors import InfrastructureError
from autograder.authoring.sources import digest, package_files

CHANGES = {
    "the authored file": ("solutions/07_tiny.py", True),
    "the names": ("data/names.txt", True),
    "the package itself": ("autograder/__init__.py", True),
    "a module that the package imports": ("autograder/used.py", True),
    "the stage's own module": ("autograder/stages/tiny.py", True),
    "a module behind a relative import": ("autograder/deep.py", True),
    "a module that nothing imports": ("autograder/unused.py", False),
    "another stage": ("autograder/stages/other.py", False),
}


@pytest.mark.parametrize(("name", "matters"), CHANGES.values(), ids=CHANGES.keys())
def test_the_digest_changes_with_what_the_notebook_rests_on(course, stage, name, matters):
    """An edit of a file matters exactly if the notebook can reach the file."""
    before = digest(course, stage.name)
    with (course.root / name).open("a") as file:
        file.write("\n# changed\n")
    assert (digest(course, stage.name) != before) is matters


@pytest.mark.parametrize(("pin", "matters"), [("torch==2.0", True), ("rich==3.0", False)])
def test_only_the_pins_that_show_in_outputs_matter(course, stage, edit, pin, matters):
    """Another torch may change the numbers; another rich changes nothing in a notebook."""
    before = digest(course, stage.name)
    edit(pin, pin.replace(".0", ".1"), "constraints.txt")
    assert (digest(course, stage.name) != before) is matters


def test_an_import_of_a_cell_is_followed(course, stage, edit):
    """A module used in one cell only belongs to the stage as well, also past a cell magic."""
    unused = course.root / "autograder" / "unused.py"
    assert unused not in package_files(course, stage.name)
    edit("print(dx)", "%matplotlib inline\nfrom autograder import unused")
    assert unused in package_files(course, stage.name)


def test_line_ends_do_not_matter(course, stage):
    """A checkout on Windows has the same digests."""
    before = digest(course, stage.name)
    names = course.root / "data" / "names.txt"
    names.write_bytes(names.read_bytes().replace(b"\n", b"\r\n"))
    assert digest(course, stage.name) == before


def test_missing_pins_are_told_in_one_sentence(course, stage):
    """The file is named."""
    (course.root / "constraints.txt").unlink()
    with pytest.raises(InfrastructureError, match=r"constraints\.txt cannot be read"):
        digest(course, stage.name)
