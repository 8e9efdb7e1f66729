"""What stock nbgrader makes of the notebooks as they are."""


def test_every_solution_gets_full_marks(stage, graded):
    """Each autograded cell of the solution gives all its points."""
    score = graded["solution", stage.name]
    assert score.points == score.worth


def test_an_untouched_release_gets_nothing(stage, graded):
    """Each autograded cell of the release gives zero points: none passes by itself."""
    score = graded["untouched", stage.name]
    assert score.points == dict.fromkeys(score.worth, 0.0)


def test_every_checked_step_is_graded_for_its_points(stage, graded):
    """The gradebook has the stage's checked steps, no more and no less, at their worth."""
    expected = {f"check-{step.name}": float(step.points) for step in stage.checked}
    assert graded["solution", stage.name].worth == expected


def test_only_a_written_answer_waits_for_an_instructor(stage, graded):
    """A stage without a derivation is graded by machine alone."""
    waits = len(stage.checked) < len(stage.steps)
    assert graded["solution", stage.name].needs_manual is waits
    assert graded["solution", stage.name].maximum == sum(step.points for step in stage.steps)
