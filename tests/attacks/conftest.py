"""One sandbox and one scene for all attacks."""

from collections.abc import Iterator

import pytest

from autograder.grading.runners import Runners
from tests.attacks.outcome import Grader
from tests.attacks.scene import Scene


@pytest.fixture(scope="session")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    """Grades attacks, all by forks of the same zygote."""
    with Scene(tmp_path_factory.mktemp("scene")) as scene, Runners() as runners:
        yield Grader(runners, scene)
