"""The outputs of a cell, collected as a notebook has them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

__all__ = ["Outputs", "Stream"]

CELL_BYTES = 8 << 20  # of all outputs of a cell; a figure is some 50 kB
STREAM_BYTES = 256 << 10  # of text that a cell prints
CELL_OUTPUTS = 200
_CUT = "\n[the rest of this cell's output was too long and is left out]\n"


class Outputs:
    """What the running cell has shown so far; bounded, so that a flood costs nothing."""

    def __init__(self) -> None:
        self.quiet = False  # True while a cell runs for its variables alone
        self.count = 0  # the number in front of a cell's result
        self._list: list[dict[str, Any]] = []
        self._displays: dict[str, dict[str, Any]] = {}
        self._room = self._stream_room = 0
        self._clear_next = False
        self.begin(quiet=False)

    def begin(self, *, quiet: bool) -> None:
        """Forget the last cell's outputs."""
        self.quiet = quiet
        self._list = []
        self._displays = {}
        self._room, self._stream_room = CELL_BYTES, STREAM_BYTES
        self._clear_next = False

    def take(self) -> list[dict[str, Any]]:
        """The outputs of the cell that has ended."""
        taken, self._list, self._displays = self._list, [], {}
        return taken

    def write(self, name: str, text: str) -> None:
        """Text that was printed; successive texts of a stream become one output."""
        if self.quiet or not text or self._stream_room < 0:
            return
        self._stream_room -= len(text)
        if self._stream_room < 0:
            text = text[: len(text) + self._stream_room] + _CUT
        self._cleared()
        last = self._list[-1] if self._list else {}
        if last.get("name") == name:
            last["text"].append(text)
        else:
            self._add({"output_type": "stream", "name": name, "text": [text]}, 0)

    def error(self, name: str, message: str, traceback: list[str]) -> None:
        """An exception that ended the cell."""
        output = {"output_type": "error", "ename": name, "evalue": message, "traceback": traceback}
        self._add(output, len(message) + sum(map(len, traceback)))

    def result(self, data: Mapping[str, Any], metadata: Mapping[str, Any], count: int) -> None:
        """The value of the cell's last expression."""
        output = {
            "output_type": "execute_result",
            "execution_count": count,
            "data": dict(data),
            "metadata": dict(metadata),
        }
        self._add(output, _size(data))

    def display(
        self,
        data: Mapping[str, Any],
        metadata: Mapping[str, Any],
        display_id: str | None = None,
        update: bool = False,
    ) -> None:
        """Something displayed, or a newer version of what this cell has displayed before."""
        shown = self._displays.get(display_id) if display_id else None
        if update:
            if shown is not None:
                self._room -= _size(data) - _size(shown["data"])
                if self._room >= 0:
                    shown.update(data=dict(data), metadata=dict(metadata))
            return
        output = {"output_type": "display_data", "data": dict(data), "metadata": dict(metadata)}
        self._add(output, _size(data))
        if display_id:
            self._displays[display_id] = output

    def clear(self, wait: bool) -> None:
        """Remove what was shown: now, or when there is something new to show."""
        if wait:
            self._clear_next = True
        else:
            self._list = []

    def _cleared(self) -> None:
        if self._clear_next:
            self._clear_next = False
            self._list = []

    def _add(self, output: dict[str, Any], size: int) -> None:
        if self.quiet or self._room < 0:
            return
        self._cleared()
        self._room -= size
        if self._room < 0 or len(self._list) >= CELL_OUTPUTS:
            self._room = -1
            output = {"output_type": "stream", "name": "stderr", "text": [_CUT]}
        self._list.append(output)


def _size(data: Mapping[str, Any]) -> int:
    return sum(len(value) if isinstance(value, str | bytes) else 100 for value in data.values())


class Stream(io.TextIOBase):
    """What `sys.stdout` and `sys.stderr` are while cells run."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, outputs: Outputs, name: str) -> None:
        super().__init__()
        self._outputs = outputs
        self.name = name

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Add to the outputs of the running cell."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.write(self.name, text)
        return len(text)
