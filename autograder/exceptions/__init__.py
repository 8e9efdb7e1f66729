"""One short explanation for an exception in a student's cell: shapes, names and types.

`explain` is a pure function of the error, the source and the shapes around it; `install` shows
what it says below the traceback in a notebook.
"""

from autograder.exceptions.clue import describe, descriptions
from autograder.exceptions.explain import explain
from autograder.exceptions.hook import explanation_inside, install
from autograder.exceptions.sizes import hard_coded

__all__ = ["describe", "descriptions", "explain", "explanation_inside", "hard_coded", "install"]
