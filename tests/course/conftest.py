"""The real course: its stages, and what stock nbgrader makes of two students."""

import pytest

from autograder.authoring.layout import CHECKOUT
from autograder.demo.course import Course, Score
from autograder.demo.surroundings import course_surroundings
from autograder.stages import STAGES


@pytest.fixture(params=list(STAGES.values()), ids=list(STAGES))
def stage(request):
    """Each stage of the course in turn."""
    return request.param


@pytest.fixture(scope="session")
def graded(tmp_path_factory) -> dict[tuple[str, str], Score]:
    """The scores of the students "solution" and "untouched" in every stage.

    One course folder and one gradebook; nbgrader's own converters, as its commands call them.
    """
    folder = tmp_path_factory.mktemp("graded")
    scores = {}
    with course_surroundings(folder):
        course = Course(folder, CHECKOUT, stock=True)
        for name in STAGES:
            notebooks = {"untouched": course.release(name), "solution": course.solution(name)}
            for student, notebook in notebooks.items():
                course.submit(student, name, notebook)
                course.autograde(student, name)
                scores[student, name] = course.score(student, name)
    return scores
