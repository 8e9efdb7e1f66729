"""Everything that notebooks import, imported; and what is slow the first time, done once."""

from __future__ import annotations

import importlib
import pkgutil
import random
from types import ModuleType

import numpy
import torch

import autograder.figures
import autograder.stages
from autograder.grading.runner.shell import CellShell

__all__ = ["import_everything", "reseed", "warm_up"]

_MODULES = (
    *("asyncio", "itertools", "math", "random", "statistics", "subprocess", "time"),
    *("IPython.display", "matplotlib.backends.backend_agg", "matplotlib.pyplot"),
    *("matplotlib_inline.backend_inline", "matplotlib_inline.config", "PIL.PngImagePlugin"),
    *("pexpect", "pygments.lexers.python", "torch.autograd.forward_ad", "torch.func"),
    *("torch.nn.functional", "IPython.core.completerlib", "IPython.utils.process"),
    *("autograder.check", "autograder.finite_differences", "autograder.inference"),
    *("autograder.minibatch", "autograder.names", "autograder.progress"),
    *("autograder.grading.doors", "autograder.grading.runner.requests"),
    # What torch and Python import when a tensor is first printed, and at the first file of names.
    *("torch._subclasses.schema_check_mode", "encodings.utf_8_sig"),
)
# Draws a figure and formats a traceback: both fill caches. More in the figure would gain nothing.
_FIGURE = """
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.title("title")
plt.show()
"""
_FAILURE = "import torch\ntorch.zeros(2) @ torch.zeros(3)\n"


def import_everything() -> None:
    """Import the packages, and all of the course's stages and figures."""
    for name in _MODULES:
        importlib.import_module(name)
    for package in (autograder.figures, autograder.stages):
        _import_modules(package)


def _import_modules(package: ModuleType) -> None:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)


def warm_up(shell: CellShell) -> None:
    """Run cells of our own, and leave no other trace of them than full caches."""
    for source in (_FIGURE, _FAILURE):
        shell.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
        shell.outputs.take()
    shell.reset(new_session=True)  # type: ignore[no-untyped-call]
    shell.execution_count = 1
    torch.manual_seed(0)  # the first time it looks for devices and at its own source
    reseed()


def reseed() -> None:
    """Give every submission the same random numbers: the same notebook gets the same verdict."""
    random.seed(0)
    numpy.random.seed(0)
    torch.default_generator.manual_seed(0)
