"""Where the files of a stage lie in a checkout."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CHECKOUT", "Checkout", "write_if_changed"]


@dataclass(frozen=True)
class Checkout:
    """A checkout of the course, or a folder laid out like one."""

    root: Path

    def authored(self, stage: str) -> Path:
        """The percent-format file that an author edits.

        It lies beside the assignment's folder, not in it, because nbgrader copies every other
        file of that folder into the release.
        """
        return self.root / "solutions" / f"{stage}.py"

    def solution(self, stage: str) -> Path:
        """The executed notebook with the answers: nbgrader's source."""
        return self.root / "solutions" / stage / f"{stage}.ipynb"

    def release(self, stage: str) -> Path:
        """The notebook that students get."""
        return self.root / "notebooks" / stage / f"{stage}.ipynb"

    def relative(self, path: Path) -> str:
        """``path`` as it is shown to a person: relative to the checkout, with slashes."""
        return path.relative_to(self.root).as_posix()


CHECKOUT = Checkout(Path(__file__).resolve().parents[2])


def write_if_changed(path: Path, text: str) -> bool:
    """Give ``path`` this text, all at once or not at all; tell whether it had another before.

    An unchanged file is not touched, so that its date stays as it was.
    """
    content = text.encode("utf-8")
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)  # mkstemp makes it private
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
    return True
