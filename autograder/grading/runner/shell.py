"""An IPython shell without a kernel: no sockets, no threads, outputs in a list."""

from __future__ import annotations

import builtins
import inspect
import sys
from types import CodeType
from typing import Any, ClassVar, cast

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from matplotlib import pyplot
from traitlets import Type
from traitlets.config import Config

from autograder.grading.doors import DoorShut
from autograder.grading.runner.lines import CELL
from autograder.grading.runner.outputs import Outputs, Stream
from autograder.grading.runner.showing import take_apart

__all__ = ["CellShell", "make_shell"]


class _Formatter(DisplayFormatter):
    """Formats nothing while a cell runs for its variables alone: figures are not drawn."""

    def format(self, obj: Any, include: Any = None, exclude: Any = None) -> Any:
        if cast(CellShell, self.parent).outputs.quiet:
            return {}, {}
        return super().format(obj, include, exclude)  # type: ignore[no-untyped-call]


class _Publisher(DisplayPublisher):
    """Collects what is displayed."""

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: Any = False,
        **_: Any,
    ) -> None:
        display_id = (transient or {}).get("display_id")
        outputs = cast(CellShell, self.shell).outputs
        outputs.display(data, metadata or {}, display_id, bool(update))

    def clear_output(self, wait: bool = False) -> None:
        cast(CellShell, self.shell).outputs.clear(wait)


class _Hook(DisplayHook):
    """Collects the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        cast(CellShell, self.shell).outputs.result(format_dict, md_dict or {}, self.prompt_count)

    def log_output(self, format_dict: Any) -> None:
        pass  # IPython would keep a second copy of every figure

    def finish_displayhook(self) -> None:
        self._is_active = False


class CellShell(InteractiveShell):
    """Runs cells as a kernel does. Make it with ``make_shell``."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    # Code that asks whether it runs in a notebook looks for this attribute.
    kernel = None
    outputs: Outputs
    passed_over: Exception | None = None  # what the first statement that may fail has raised
    _compiled: ClassVar[dict[str, CodeType | None]] = {}
    _taken_apart: ClassVar[dict[str, list[tuple[CodeType, bool]]]] = {}

    def run_loudly(self, source: str) -> BaseException | None:
        """Run a cell as a notebook does; returns what it raised."""
        ended = self.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
        raised: BaseException | None = ended.error_before_exec or ended.error_in_exec
        return raised

    def run_quietly(self, source: str, shows: bool = False) -> BaseException | None:
        """Run a cell for its variables alone; returns what it raised.

        Plain Python, of which nearly all cells are, is compiled once and runs as it is; what is
        IPython's own goes the long way. ``shows``: statements of plain Python that only show
        something may fail.
        """
        self.passed_over = None
        code = self._plain_code(source)
        if code is None:
            ended = self.run_cell(source, silent=True)  # type: ignore[no-untyped-call]
            raised: BaseException | None = ended.error_before_exec or ended.error_in_exec
            return raised
        self.events.trigger("pre_execute")
        try:
            for part, may_fail in self._parts(source, code) if shows else ((code, False),):
                try:
                    exec(part, self.user_global_ns, self.user_ns)
                except DoorShut:
                    raise
                except Exception as error:
                    if not may_fail:
                        raise
                    self.passed_over = self.passed_over or error
        except BaseException as error:
            return error
        finally:
            self.events.trigger("post_execute")
        return None

    def _parts(self, source: str, code: CodeType) -> list[tuple[CodeType, bool]]:
        """The parts of plain Python, and whether each may fail."""
        if source not in self._taken_apart:
            name, flags = self.compile.cache(source), self.compile.flags
            self._taken_apart[source] = take_apart(source, code, name, flags)
        return self._taken_apart[source]

    def transform_cell(self, raw_cell: str) -> str:
        """The cell as Python; for what is Python already there is nothing to look for."""
        if self._plain_code(raw_cell) is not None:
            return raw_cell if raw_cell.endswith("\n") else f"{raw_cell}\n"
        transformed: str = super().transform_cell(raw_cell)  # type: ignore[no-untyped-call]
        return transformed

    def should_run_async(self, raw_cell: str, **known: Any) -> bool:
        """Whether there is an `await` outside of functions: then it is no plain Python."""
        if self._plain_code(raw_cell) is not None:
            return False
        waits: bool = super().should_run_async(raw_cell, **known)
        return waits

    def _plain_code(self, source: str) -> CodeType | None:
        """The code of a cell that IPython would run unchanged; None for any other."""
        if self.ast_transformers or self.input_transformers_post or "__future__" in source:
            return None
        if source not in self._compiled:
            try:
                name = self.compile.cache(source)
                flags = self.compile.flags
                self._compiled[source] = compile(source, name, "exec", flags, dont_inherit=True)
            except Exception:  # a magic, `await`, or no Python at all
                self._compiled[source] = None
        return self._compiled[source]

    def init_display_formatter(self) -> None:
        """Use the formatter that can be silenced."""
        self.display_formatter = _Formatter(parent=self)
        self.configurables.append(self.display_formatter)  # type: ignore[arg-type]

    def init_sys_modules(self) -> None:
        """Let `__main__` be the notebook."""
        sys.modules["__main__"] = self.user_module

    def init_io(self) -> None:
        """Standard output and error are set by ``make_shell``."""

    def enable_gui(self, gui: Any = None) -> None:
        """No window can be opened here; the inline backend needs none."""

    def ask_exit(self) -> None:
        """`exit()` in a cell ends nothing."""

    def raw_input(self, prompt: object = "") -> str:
        """Nobody is there to answer."""
        raise EOFError("input() cannot be answered while a notebook is graded")

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Show an exception, unless only the cell's variables are wanted."""
        if not self.outputs.quiet:
            super().showtraceback(*args, **kwargs)

    def _showtraceback(self, etype: type[BaseException], evalue: Any, stb: list[str]) -> None:
        self.outputs.error(etype.__name__, _text(evalue), stb)

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {}  # tracebacks are formatted once, for the output


def _text(error: Any) -> str:
    try:
        return str(error)
    except BaseException:  # the student's exception may fail in any way
        return ""


def make_shell() -> CellShell:
    """The one shell of this process, with figures drawn inline and both streams collected.

    ``input()`` raises EOFError. Call it before anything of the submission runs.
    """
    config = Config()
    config.HistoryManager.enabled = False  # it would start a thread
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.enable_html_pager = False
    config.InteractiveShell.colors = "nocolor"  # colors are most of a traceback's time
    _find_modules_of_cells_at_once()
    CellShell.outputs = outputs = Outputs()
    sys.stdout = Stream(outputs, "stdout")
    sys.stderr = Stream(outputs, "stderr")
    shell: CellShell = CellShell.instance(config=config)
    shell.builtin_trap.activate()
    builtins.input = shell.raw_input
    shell.enable_matplotlib("inline")  # type: ignore[no-untyped-call]
    # After each cell pyplot would draw all figures once more, for windows that there are not.
    pyplot.uninstall_repl_displayhook()
    return shell


def _find_modules_of_cells_at_once() -> None:
    """Spare tracebacks the search for the module of a cell's code among all that are loaded."""
    search = inspect.getmodule

    def getmodule(object: Any, _filename: str | None = None) -> Any:
        if (_filename or "").startswith(CELL) or _file_of(object).startswith(CELL):
            return sys.modules["__main__"]
        return search(object, _filename)

    inspect.getmodule = getmodule


def _file_of(object: Any) -> str:
    code = getattr(object, "f_code", object)
    return str(getattr(code, "co_filename", ""))
