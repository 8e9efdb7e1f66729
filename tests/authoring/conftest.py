"""A tiny course to try the pipeline on: one stage of two steps, and a package of one module."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.authoring.layout import CHECKOUT, Checkout

AUTHORED = '''\
# %% [markdown]
# # A tiny stage
#
# One gradient and one derivation.

# %% locked="setup"
def check(name):
    """Raise unless the answer is right."""
    if globals()[name] != 6:
        raise ValueError(f"{name} is wrong")


x = 3

# %% solution="dx"
# dx: a number
### BEGIN SOLUTION
dx = 2 * x  # the canary of this stage
### END SOLUTION

# %% check="dx"
check("dx")

# %% [markdown]
# Derive it.

# %% [markdown] manual="derivation"
# The derivative of $x^2$ is $2x$, as the binomial theorem says.

# %% tags=["nbval-ignore-output"]
print(dx)
'''


@dataclass(frozen=True)
class Step:
    """A step as the pipeline sees it."""

    name: str
    points: float = 1.0


@dataclass(frozen=True)
class Stage:
    """A stage as the pipeline sees it."""

    name: str = "07_tiny"
    checked: tuple[Step, ...] = (Step("dx", 2.0),)
    graded: tuple[Step, ...] = (Step("derivation", 3.0),)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All the steps."""
        return self.checked + self.graded


@pytest.fixture
def authored() -> str:
    """The authored text of the tiny stage."""
    return AUTHORED


@pytest.fixture
def stage() -> Stage:
    """The tiny stage: the step dx for 2 points, the derivation for 3."""
    return Stage()


@pytest.fixture
def course(tmp_path: Path) -> Checkout:
    """A checkout that holds the tiny stage and what its digest is made of."""
    shutil.copy(CHECKOUT.root / "nbgrader_config.py", tmp_path)
    files = {
        "solutions/07_tiny.py": AUTHORED,
        "data/names.txt": "emma\nliam\n",
        "constraints.txt": "numpy==1.0\ntorch==2.0\nrich==3.0\n",
        "autograder/__init__.py": "from autograder import used\n",
        "autograder/used.py": "",
        "autograder/unused.py": "",
        "autograder/stages/__init__.py": "from autograder.stages import other, tiny\n",
        "autograder/stages/other.py": "",
        "autograder/stages/tiny.py": "from ..deep import thing\n",
        "autograder/deep.py": "thing = 1\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Checkout(tmp_path)


@pytest.fixture
def edit(course: Checkout) -> Callable[..., None]:
    """Replace a text that is in a file of the course by another."""

    def replace(old: str, new: str, name: str = "solutions/07_tiny.py") -> None:
        path = course.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return replace
