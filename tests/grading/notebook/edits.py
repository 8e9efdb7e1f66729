"""Random edits of a notebook's structure, which keep account of the answers left whole."""

import copy
from typing import Any

from hypothesis import strategies as st

MARK = "whole answer of"  # a key of a cell that no reader looks at: the step it answers

_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "\0", "dprobs", "setup", "check-dh", "markdown", "code"])
)
GARBAGE = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
SOURCES = st.one_of(
    GARBAGE,
    st.lists(st.text(max_size=12), max_size=4),
    st.text(st.characters(), max_size=80),
    st.sampled_from(
        [
            "(" * 300,
            "'''",
            "def f(:\n  '",
            "\t \n \f x = 1\\\n",
            "print('mine')",
            "%%bash\nls",
            "    return 1",
            'check("dprobs")',
            "raise NotImplementedError()",
        ]
    ),
)


class Edits:
    """A submission under the hands of a confused student (or a hostile one)."""

    def __init__(self, notebook: dict[str, Any], steps: list[str]):
        self.notebook = copy.deepcopy(notebook)
        self.cells = self.notebook["cells"]
        self.touched: set[str] = set()
        for cell in self.cells:
            if cell["id"] in steps:
                cell[MARK] = cell["id"]

    def __repr__(self) -> str:
        """The notebook in short, for a test that fails."""
        return "\n".join(str(cell) for cell in self.cells)

    def _touch(self, cell: Any) -> None:
        if isinstance(cell, dict) and MARK in cell:
            self.touched.add(cell.pop(MARK))

    def _any(self, draw: Any) -> int:
        return draw(st.integers(0, len(self.cells) - 1))

    def delete(self, draw: Any) -> None:
        """Delete a cell."""
        self.cells.pop(self._any(draw))

    def duplicate(self, draw: Any) -> None:
        """Paste a copy somewhere, with or without its id, once or very often."""
        twin = copy.deepcopy(self.cells[self._any(draw)])
        if isinstance(twin, dict) and draw(st.booleans()):
            twin.pop("id", None)
        times = draw(st.sampled_from([1, 1, 1, 2, 300]))
        place = self._any(draw)
        self.cells[place:place] = [copy.deepcopy(twin) for _ in range(times)]

    def move(self, draw: Any) -> None:
        """Move a cell."""
        cell = self.cells.pop(self._any(draw))
        self.cells.insert(draw(st.integers(0, len(self.cells))), cell)

    def swap(self, draw: Any) -> None:
        """Swap two cells."""
        one, other = self._any(draw), self._any(draw)
        self.cells[one], self.cells[other] = self.cells[other], self.cells[one]

    def split(self, draw: Any) -> None:
        """Split a cell at any line, or within one."""
        place = self._any(draw)
        cell = self.cells[place]
        if isinstance(cell, dict) and isinstance(cell.get("source"), str):
            self._touch(cell)
            second = copy.deepcopy(cell)
            at = draw(st.integers(0, len(cell["source"])))
            cell["source"], second["source"] = cell["source"][:at], cell["source"][at:]
            if draw(st.booleans()):
                second.pop("metadata", None)
            self.cells.insert(place + 1, second)

    def merge(self, draw: Any) -> None:
        """Merge a cell into the one above."""
        place = self._any(draw)
        upper, lower = self.cells[place], self.cells[place - 1]
        if place and all(
            isinstance(c, dict) and isinstance(c.get("source"), str) for c in (upper, lower)
        ):
            self._touch(upper)
            self._touch(lower)
            lower["source"] += "\n\n" + upper["source"]
            del self.cells[place]

    def retype(self, draw: Any) -> None:
        """Make it a cell of another type."""
        cell = self.cells[self._any(draw)]
        if isinstance(cell, dict):
            cell["cell_type"] = draw(st.sampled_from(["code", "markdown", "raw"]))

    def rename(self, draw: Any) -> None:
        """Give it another name, that of another cell of the course perhaps."""
        cell = self.cells[self._any(draw)]
        other = self.cells[self._any(draw)]
        if isinstance(cell, dict) and isinstance(other, dict):
            name = other.get("id") or draw(st.text(max_size=5))
            cell["metadata"] = {"nbgrader": {"grade_id": name}}
            if draw(st.booleans()):
                cell["id"] = name

    def strip(self, draw: Any) -> None:
        """Take metadata or ids away, of one cell or of all."""
        everywhere = draw(st.integers(0, 9)) == 0
        keys = draw(st.sampled_from([("id",), ("metadata",), ("id", "metadata")]))
        for cell in self.cells if everywhere else [self.cells[self._any(draw)]]:
            for key in keys if isinstance(cell, dict) else ():
                cell.pop(key, None)

    def litter(self, draw: Any) -> None:
        """Write garbage into the metadata, the id or the type."""
        cell = self.cells[self._any(draw)]
        if isinstance(cell, dict):
            where = draw(st.sampled_from(["metadata", "nbgrader", "grade_id", "id", "outputs"]))
            garbage = draw(GARBAGE)
            if where == "nbgrader":
                cell["metadata"] = {"nbgrader": garbage}
            elif where == "grade_id":
                cell["metadata"] = {"nbgrader": {"grade_id": garbage, "points": garbage}}
            else:
                cell[where] = garbage

    def scribble(self, draw: Any) -> None:
        """Overwrite a source, or add a cell with any source, or what is no cell at all."""
        place, source = self._any(draw), draw(SOURCES)
        how = draw(st.sampled_from(["overwrite", "add", "no cell"]))
        if how == "overwrite" and isinstance(self.cells[place], dict):
            self._touch(self.cells[place])
            self.cells[place]["source"] = source
        elif how == "add":
            kind = draw(st.sampled_from(["code", "markdown", "raw"]))
            self.cells.insert(place, {"cell_type": kind, "source": source})
        else:
            self.cells.insert(place, draw(GARBAGE))

    ALL = (
        delete,
        duplicate,
        move,
        swap,
        split,
        merge,
        retype,
        rename,
        strip,
        litter,
        scribble,
    )

    def whole(self) -> dict[str, str]:
        """The answers that are still there as they were and nowhere in part: by their step."""
        return {
            cell[MARK]: cell["source"]
            for cell in self.cells
            if isinstance(cell, dict) and cell.get(MARK) not in (None, *self.touched)
        }


@st.composite
def edited(draw: Any, notebook: dict[str, Any], steps: list[str], most: int = 12) -> Edits:
    """A notebook after some random edits."""
    edits = Edits(notebook, steps)
    for edit in draw(st.lists(st.sampled_from(Edits.ALL), max_size=most)):
        if edits.cells:
            edit(edits, draw)
    return edits
