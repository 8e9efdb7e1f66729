"""A small release of two stages, and a work folder, both in a temporary place."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

MakeRelease = Callable[[str], Path]


@pytest.fixture
def make_release(tmp_path: Path) -> MakeRelease:
    """Write (or write anew) a release whose notebooks print the word that is given."""

    def make(word: str) -> Path:
        for stage in ("00_warmup", "01_unrolled"):
            notebook = new_notebook(cells=[new_code_cell(f"print({word!r})", id="only")])
            path = tmp_path / "release" / stage / f"{stage}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, path)
        return tmp_path / "release"

    return make


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The student's folder, not made yet, with a blank in its name as many have."""
    return tmp_path / "my work"
