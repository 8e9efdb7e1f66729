"""Python, torch, and the programs that come with the packages."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.doctor.finding import Finding, State

__all__ = ["examine_packages", "examine_torch"]

_OLDEST = (3, 11)
_PACKAGES = ("torch", "matplotlib", "IPython", "jupyterlab", "nbgrader", "nbformat")


def examine_packages() -> Iterator[Finding]:
    """The interpreter, the packages that the course needs, and nbgrader's helper program."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _OLDEST:
        yield Finding("python", State.GOOD, f"Python {version}")
    else:
        yield Finding(
            "python",
            State.LACKING,
            f"Python {version} is too old: the course needs 3.11",
            "make env PYTHON=/path/to/python3.11",
        )
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        told = f"not installed: {', '.join(missing)}"
        yield Finding("packages", State.LACKING, told, "make env")
        return
    versions = (f"{name} {importlib.metadata.version(name.lower())}" for name in _PACKAGES)
    yield Finding("packages", State.GOOD, ", ".join(versions))
    # nbgrader starts alembic by its name when it makes a gradebook.
    beside = Path(sys.executable).with_name("alembic")
    if beside.exists() or shutil.which("alembic"):
        yield Finding("packages", State.GOOD, "alembic, which nbgrader makes gradebooks with")
    else:
        told = "alembic is missing, and nbgrader makes no gradebook without it"
        yield Finding("packages", State.LACKING, told, "make env")


def examine_torch() -> Iterator[Finding]:
    """Which build of torch this is, and whether it computes a known gradient."""
    try:
        import torch
    except (ImportError, OSError) as error:
        told = f"torch cannot be imported: {error}"
        yield Finding("torch", State.LACKING, told, "rm -rf .venv && make env")
        return
    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "CPU"
    logits = torch.tensor([[0.5, -1.0, 2.0]], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor([1]))
    (gradient,) = torch.autograd.grad(loss, logits)
    expected = torch.softmax(logits.detach(), 1) - torch.tensor([[0.0, 1.0, 0.0]])
    told = f"torch {torch.__version__}, the {build} build, {torch.get_num_threads()} threads"
    if torch.allclose(gradient, expected, rtol=0, atol=1e-15):
        yield Finding("torch", State.GOOD, f"{told}, computes a known gradient")
    else:
        told = f"{told}, computes a wrong gradient"
        yield Finding("torch", State.LACKING, told, "rm -rf .venv && make env")
