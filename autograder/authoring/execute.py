"""Run a notebook from top to bottom in a fresh kernel of this interpreter."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.authoring.cells import describe
from autograder.authoring.errors import AuthoringError, InfrastructureError
from autograder.authoring.outputs import unfit_outputs

__all__ = ["execute"]

_CELL_TIMEOUT = 1800  # seconds; the training stage's longest cell takes minutes on a slow machine
_KERNEL_ARGUMENTS = [
    "--HistoryManager.hist_file=:memory:",  # nothing of this run in the author's history
    "--log-level=ERROR",  # ipykernel warns at each start that its local sockets are plain text
]


def _environment(scratch: Path, root: Path) -> dict[str, str]:
    """This process's environment, less what would make the outputs depend on the author."""
    environment = {key: value for key, value in os.environ.items() if key != "NAMES_FILE"}
    environment["IPYTHONDIR"] = str(scratch / "ipython")  # no start-up files of the author's
    environment["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    # The package of this checkout, installed or not.
    inherited = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = os.pathsep.join([str(root), *([inherited] if inherited else [])])
    return environment


class _Progress:
    """Remembers the cell that is running, for the message when it fails."""

    def __init__(self) -> None:
        self.index = 0

    def __call__(self, *, cell_index: int, **_: Any) -> None:
        self.index = cell_index


def execute(notebook: NotebookNode, stage: str, root: Path) -> None:
    """Run every cell in place, keeping the outputs and the notebook's own metadata.

    The kernel imports the package from ``root``, works in an empty temporary folder and reads
    the course's own list of names. Raises AuthoringError at the first cell that raises or does
    not end, and for outputs that cannot be published (see ``outputs``); InfrastructureError
    when no kernel can be had.
    """
    ours = KernelSpecManager(kernel_dirs=[])  # no registered kernel but this interpreter's own
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ours)
    metadata = NotebookNode(notebook.metadata)
    progress = _Progress()
    with tempfile.TemporaryDirectory(prefix="solution-") as scratch:
        work = Path(scratch) / "work"
        work.mkdir()
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=_CELL_TIMEOUT,
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=_KERNEL_ARGUMENTS,
            on_cell_start=progress,
            resources={"metadata": {"path": str(work)}},
        )
        try:
            client.execute(cleanup_kc=True, env=_environment(Path(scratch), root))
        except CellExecutionError as error:
            said = f"{error.ename}: {error.evalue}".strip().removesuffix(":")
            raise AuthoringError(f"{_running(notebook, stage, progress)}: {said}") from error
        except (CellTimeoutError, DeadKernelError) as error:
            said = str(error).strip().splitlines()[0]
            raise AuthoringError(f"{_running(notebook, stage, progress)}: {said}") from error
        except (OSError, RuntimeError) as error:
            raise InfrastructureError(f"{stage}: no kernel could be started: {error}") from error
        notebook.metadata = metadata  # the kernel has put its exact version there
        problems = unfit_outputs(notebook, stage, [str(root), scratch, sys.prefix])
    if problems:
        raise AuthoringError("\n".join(problems))


def _running(notebook: NotebookNode, stage: str, progress: _Progress) -> str:
    return describe(stage, progress.index + 1, notebook.cells[progress.index])
