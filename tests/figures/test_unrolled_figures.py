"""The closing picture of stage 01, for a notebook in any state."""

from typing import Any

import pytest
import torch

from autograder.examine import State, examine
from autograder.figures import local_rules, unrolled
from autograder.figures.style import Picture
from autograder.names import ALPHABET
from autograder.stages.unrolled import GRAPH, STAGE, draw_inputs

INPUTS = draw_inputs(torch.Generator().manual_seed(1))
FORWARD = GRAPH.forward(INPUTS)
GRADIENTS = {f"d{name}": value for name, value in GRAPH.gradients(INPUTS).items()}


def drawn(answers: dict[str, Any]) -> tuple[Picture, list[str]]:
    """The closing picture for these answers, and the words on it from the top."""
    namespace = {**FORWARD, **answers}
    verdicts = [examine(step, State(namespace)) for step in STAGE.steps]
    picture = unrolled.draw_gradients(namespace, verdicts)
    picture._repr_png_()
    return picture, [text.get_text() for text in picture.axes[0].texts]


def test_a_finished_notebook_has_a_bar_and_a_verdict_for_every_gradient() -> None:
    """Bars in backward order, as long as the root mean square says."""
    picture, words = drawn(GRADIENTS)
    assert words == ["✓ right"] * 26
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == [
        step.name for step in STAGE.steps
    ]
    assert picture.axes[0].patches[0].get_width() == pytest.approx(
        float(GRADIENTS["dlogprobs"].square().mean().sqrt())
    )


def test_what_is_missing_is_said() -> None:
    """A half-done notebook: right, wrong, without a size, and not done yet."""
    answers = {
        "dlogprobs": GRADIENTS["dlogprobs"],
        "dprobs": -GRADIENTS["dprobs"],
        "dcounts_sum_inv": torch.full((32, 1), float("nan")),
        "dcounts_sum": "a word",
        "dcounts": torch.zeros(32, 27, dtype=torch.float64),
    }
    _, words = drawn(answers)
    assert words[:5] == [
        "✓ right",
        "✗ not right",
        "✗ has no finite size",
        "✗ has no finite size",
        "✗ not right",
    ]
    assert words[5:] == ["○ not done yet"] * 21


def test_an_error_carried_forward_names_its_origin() -> None:
    """A right rule on a wrong upstream gradient is told from a wrong rule."""
    halved = GRADIENTS["dlogits"] / 2
    _, words = drawn({"dlogits": halved, "dW2": FORWARD["h"].T @ halved, "dh": halved})
    assert words[7:10] == ["✗ not right", "✗ not right", "✗ follows from dlogits"]


def test_an_untouched_notebook_can_be_drawn() -> None:
    """Nothing is done, and nothing warns."""
    assert drawn({})[1] == ["○ not done yet"] * 26


def test_the_other_pictures_can_be_drawn_without_a_warning() -> None:
    """Each is a PNG; what they look like is looked at, not tested."""
    pictures = [
        local_rules.draw_broadcast(),
        local_rules.draw_two_paths("counts", ("probs", "counts_sum")),
        local_rules.draw_matrix_product(),
        local_rules.draw_tanh(FORWARD["h"]),
        local_rules.draw_bessel(sizes=(2, 8)),
        unrolled.draw_row_maxima(FORWARD["logits"], ALPHABET),
        unrolled.draw_cancellation(GRADIENTS["dnorm_logits"][0], ALPHABET),
        unrolled.draw_occurrences(FORWARD["Xb"], ALPHABET),
    ]
    assert all(picture._repr_png_().startswith(b"\x89PNG") for picture in pictures)


def test_the_legend_of_the_bars_has_both_colors() -> None:
    """Above 0 and below 0 look as their bars do."""
    axes = unrolled.draw_cancellation(GRADIENTS["dnorm_logits"][0], ALPHABET).axes[0]
    looks = {bars.get_label(): bars.patches[0].get_facecolor() for bars in axes.containers}
    words = [text.get_text() for text in axes.get_legend().get_texts()]
    assert set(looks) <= set(words)
    assert looks["entry above 0"] != looks["entry below 0"]
    for bars in axes.containers:
        heights = [bar.get_height() for bar in bars if bar.get_height()]
        assert heights
        assert all((height > 0) == ("above" in bars.get_label()) for height in heights)


def test_the_bars_of_the_look_ups_count_every_place() -> None:
    """32 examples of 3 characters are 96 look-ups."""
    bars = unrolled.draw_occurrences(FORWARD["Xb"], ALPHABET).axes[0].patches
    assert sum(bar.get_height() for bar in bars) == 96
