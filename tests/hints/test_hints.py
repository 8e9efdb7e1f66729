"""What a student sees of a hint: three levels, from shapes to the formula."""

import re
from typing import Any

import pytest
import torch

from autograder.draws import Kind, draw_stage
from autograder.hints import LEVELS, hint, written_hint
from autograder.sections import section_of
from autograder.situation import make_situation
from autograder.stages import STAGES, stage
from autograder.steps import GradientStep, ManualStep

UNROLLED = stage("01_unrolled")


def namespace_of(name: str) -> dict[str, Any]:
    """The variables of a stage's notebook, in the notebook's sizes."""
    generator = torch.Generator().manual_seed(0)
    inputs = draw_stage(name, generator, Kind.OWN)
    made = make_situation(stage(name), inputs, generator, consistent=True)
    return {**made.values, **made.given, **made.right}


@pytest.fixture(scope="module")
def variables() -> dict[str, Any]:
    """The variables of stage 01."""
    return namespace_of("01_unrolled")


def test_every_checked_step_has_a_hint_and_no_other() -> None:
    """A hint for each step that the check judges; none for what an instructor grades."""
    for found in STAGES.values():
        for step in found.steps:
            if isinstance(step, ManualStep):
                with pytest.raises(KeyError):
                    written_hint(found.name, step.name)
            else:
                assert written_hint(found.name, step.name).rule


def test_the_first_hint_tells_shapes_and_consumers(variables: dict[str, Any]) -> None:
    """From the graph: the shape, each consumer with what it is made of, and what flows in."""
    text = hint(UNROLLED, UNROLLED.by_name["dbndiff"], 1, variables).text
    assert "`bndiff` has shape `(32, 64)`" in text
    assert "- `bndiff2` `(32, 64)`, made of `bndiff` `(32, 64)`." in text
    assert "- `bnraw` `(32, 64)`, made of `bndiff` `(32, 64)` and `bnvar_inv` `(1, 64)`." in text
    assert "`dbndiff2` flows in, shape `(32, 64)`" in text
    assert "two contributions, to be added" in text


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("db2", "over dimension 0, which goes away"),
        ("dbngain", "over dimension 0, which stays with size 1"),
        ("dcounts_sum_inv", "over dimension 1, which stays with size 1"),
        ("dbndiff2", "from shape `(1, 64)` to `(32, 64)`, and the answer has an entry for each"),
        ("dW2", "Shape `(32, 27)` comes in, and shape `(64, 27)` has to come out"),
        ("demb", "Shape `(32, 30)` comes in, and shape `(32, 3, 10)` has to come out"),
        ("dlogprobs", "its own gradient is 1"),
    ],
)
def test_the_first_hint_says_what_broadcasting_means(
    variables: dict[str, Any], step: str, words: str
) -> None:
    """Copies forward are summed backward, fewer entries forward are spread backward."""
    assert words in hint(UNROLLED, UNROLLED.by_name[step], 1, variables).text


def test_the_first_hint_gives_no_rule_away(variables: dict[str, Any]) -> None:
    """Nor the formula: they come when they are asked for."""
    for step in UNROLLED.steps:
        written = written_hint(UNROLLED.name, step.name)
        first = hint(UNROLLED, step, 1, variables).markdown
        assert written.rule not in first and written.formula[0] not in first
        second = hint(UNROLLED, step, 2, variables).markdown
        assert written.rule in second and written.formula[0] not in second
        assert written.formula[0] in hint(UNROLLED, step, 3, variables).markdown


def test_each_level_keeps_what_was_told_before(variables: dict[str, Any]) -> None:
    """A cell that is run again shows its new output only, so the earlier hints stay with it."""
    step = UNROLLED.by_name["dh"]
    one, two, three = (hint(UNROLLED, step, level, variables).markdown for level in (1, 2, 3))
    assert two.startswith(one) and three.startswith(two)
    assert hint(UNROLLED, step, LEVELS + 5, variables).markdown == three
    with pytest.raises(ValueError, match="level 1"):
        hint(UNROLLED, step, 0, variables)


def test_the_second_hint_says_where_to_read(variables: dict[str, Any]) -> None:
    """With a link to the section of the notebook; as text its title alone."""
    shown = hint(UNROLLED, UNROLLED.by_name["dC"], 2, variables)
    assert "Read again: [Indexing as scatter-add](#Indexing-as-scatter-add)" in shown.markdown
    assert shown.text.endswith("Read again: Indexing as scatter-add")


def test_a_notebook_typesets_the_formula(variables: dict[str, Any]) -> None:
    """Markdown with display mathematics, and plain text beside it for a terminal."""
    shown = hint(UNROLLED, UNROLLED.by_name["dh"], 3, variables)
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/markdown"}
    formula = written_hint(UNROLLED.name, "dh").formula[0]
    assert f"$${formula}$$" in bundle["text/markdown"]
    assert "    dh_ik = Σ_j dlogits_ij W2_kj" in bundle["text/plain"]
    assert "$" not in bundle["text/plain"] and "\\" not in bundle["text/plain"]


@pytest.mark.parametrize("name", list(STAGES))
def test_hints_do_without_the_variables(name: str) -> None:
    """Before any cell has run there are names in place of shapes, and no error."""
    found = stage(name)
    for step in found.checked:
        text = hint(found, step, 3, {}).text
        assert f"Hint 3 of 3 for `{step.name}`" in text
        if isinstance(step, GradientStep):
            assert f"`{step.graph.consumers(step.variable)[0]}`" in text


@pytest.mark.parametrize("name", list(STAGES))
def test_a_hint_changes_no_variable(name: str) -> None:
    """Neither values nor names, and no global random state."""
    namespace = namespace_of(name)
    before = {k: v.clone() if isinstance(v, torch.Tensor) else v for k, v in namespace.items()}
    state = torch.get_rng_state()
    for step in stage(name).checked:
        hint(stage(name), step, 3, namespace)
    assert list(namespace) == list(before)
    for key, value in before.items():
        now = namespace[key]
        assert torch.equal(now, value) if isinstance(value, torch.Tensor) else now == value
    assert torch.equal(torch.get_rng_state(), state)


def test_a_function_is_told_by_its_calls() -> None:
    """The shapes that go in, by the names of the student's own parameters, and those that come out.

    More calls than a reader needs are counted.
    """

    def unbroadcast(gradient: object, shape: object) -> None:
        raise NotImplementedError

    found = stage("00_warmup")
    step = found.by_name["unbroadcast"]
    text = hint(found, step, 1, {"unbroadcast": unbroadcast}).text
    assert "with `gradient` = a tensor of shape `(4, 3)` and `shape` = `(4, 1)`" in text
    assert re.search(r"- and \d more", text)
    assert "with a tensor of shape `(4, 3)` and `(4, 1)`" in hint(found, step, 1, {}).text
    results = hint(stage("04_training"), stage("04_training").by_name["backward"], 1, {}).text
    assert "`dC` `(27, 10)`, `dW1` `(30, 200)`" in results


def test_one_expression_is_told_its_ingredients() -> None:
    """Where several operations are passed at once, the inflow and the allowed variables."""
    found = stage("03_batchnorm")
    text = hint(found, found.by_name["dhprebn"], 1, namespace_of("03_batchnorm")).text
    assert "What flows in is `dhpreact` `(32, 64)`." in text
    assert "`dbnraw` flows in" not in text
    assert "three contributions" in text
    assert "The answer may be made of `hprebn` `(32, 64)`, `n` (a number)" in text


def test_every_hint_leads_to_its_section() -> None:
    """Each checked step has a section to read again."""
    for found in STAGES.values():
        for step in found.checked:
            assert section_of(found.name, step.name).title
