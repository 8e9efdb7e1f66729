"""Explanations of real exceptions: raised here by PyTorch, never by messages typed from memory."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from autograder.exceptions import descriptions, explain
from autograder.stages import stage
from autograder.stages.unrolled import GRAPH, draw_inputs

STAGE = stage("01_unrolled")


@pytest.fixture
def variables() -> dict[str, Any]:
    """The forward pass of stage 01 and some gradients, float64, in the notebook's sizes."""
    inputs = draw_inputs(torch.Generator().manual_seed(0))
    values = GRAPH.forward(inputs)
    gradients = GRAPH.gradients(inputs)
    given = {f"d{name}": gradients[name] for name in ("logits", "h", "bnvar_inv", "emb", "bnraw")}
    return {**values, **given, "torch": torch, "F": F, "dbndiff2": None, "dC": None}


@pytest.fixture
def told(variables: dict[str, Any]) -> Callable[[str], str | None]:
    """What is said of the exception that a cell raises."""

    def run(source: str) -> str | None:
        names = dict(variables)
        try:
            exec(compile(source, "<cell>", "exec"), names)
        except Exception as error:
            traceback, line = error.__traceback__, 0
            while traceback is not None:
                if traceback.tb_frame.f_code.co_filename == "<cell>":
                    line = traceback.tb_lineno
                    names = {**names, **traceback.tb_frame.f_locals}
                traceback = traceback.tb_next
            known = descriptions(names)
            return explain(type(error).__name__, str(error), source, line, known, STAGE)
        raise AssertionError("the cell raised nothing")

    return run


Told = Callable[[str], str | None]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        # Matrix products.
        ("dh = dlogits @ W2", ["`dlogits @ W2`", "`dlogits` is (32, 27)", "`W2` is (64, 27)"]),
        ("dW2 = h @ dlogits", ["`h` is (32, 64)", "64 is not 32"]),
        ("dh = torch.matmul(dlogits, W2)", ["`dlogits` is (32, 27)", "`W2` is (64, 27)"]),
        ("dh = dlogits.mm(W2)", ["`dlogits` is (32, 27)", "`W2` is (64, 27)"]),
        ("x = (h * dh) @ W2.T", ["`h * dh` is (32, 64)", "`W2.T` is (27, 64)"]),
        ("x = demb @ W1", ["`demb` is (32, 3, 10)", "`W1` is (30, 64)"]),
        ("x = b2 @ dlogits", ["`b2` is (27,)", "`dlogits` is (32, 27)"]),
        ("x = dlogits @ b1", ["`dlogits` is (32, 27)", "`b1` is (64,)"]),
        ("x = 1\ny = (\n    h.T\n    @ W2\n)", ["`h.T` is (64, 32)", "`W2` is (64, 27)"]),
        ("for i in range(2):\n    x = h.T @ h\n    y = h @ h", ["`h @ h`", "64 is not 32"]),
        ("def f(): return dlogits @ W2\nf()", ["`dlogits @ W2`"]),
        ("x = h.T @ h; y = h @ h", ["`h @ h`", "64 is not 32"]),
        # Broadcasting.
        ("x = dlogits * h", ["`dlogits * h`", "`dlogits` is (32, 27)", "27 and 64"]),
        ("x = (h + dh) * dlogits.sum(1)", ["`dlogits.sum(1)` is (32,)", "64 and 32"]),
        ("x = h * dlogits.sum(1, keepdim=True) + b2", ["`b2` is (27,)", "64 and 27"]),
        ("x = h - (dlogits * dlogits).sum(0)", ["is (27,)", "`h` is (32, 64)"]),
        ("h -= dlogits", ["`h -= dlogits`", "`h` is (32, 64)"]),
        ("x = h.sqrt().view(-1, 64) * b2", ["64", "27", "`b2` (27,)"]),
        ("bngain += dh", ["`bngain` has shape (1, 64)", "(32, 64)", "grow in place"]),
        ("x = bngain.expand(32, 27)", ["(1, 64)", "(32, 27)"]),
        # Views.
        ("demb = dh.view(32, 3, 10)", ["`dh` is (32, 64), that is 2048 entries", "has 960"]),
        ("demb = dh.view(-1, 30)", ["2048 entries", "a multiple of 30"]),
        ("x = h.T.view(-1)", ["transposition"]),
        # Indices.
        ("x = C[Xb + 100]", ["`C` is (27, 10)", "from 0 to 26"]),
        ("x = dlogits[range(n), range(n)]", ["`dlogits` is (32, 27)", "dimension 1", "0 to 26"]),
        ("x = dlogits[range(27), Yb]", ["(27,) and (32,)", "equally long"]),
        ("x = C[demb]", ["whole numbers", "`C[demb]`"]),
        ("x = b2[0, 0]", ["more indices", "`b2` (27,)"]),
        ("x = b2.sum(1)", ["no dimension 1", "one dimension, number 0"]),
        ("x = h.sum(2)", ["no dimension 2", "numbers 0 to 1"]),
        ("dC = torch.zeros_like(C).index_add_(0, Xb, demb)", ["flat", "`Xb` (32, 3)"]),
        ("dC = torch.zeros_like(C).index_add_(0, Xb.flatten(), demb)", ["as many rows"]),
        # Nothing there.
        ("x = dbndiff2 * bndiff", ["do the step `dbndiff2` first"]),
        ("x = -dC", ["do the step `dC` first"]),
        ("x = dC.sum(0)", ["do the step `dC` first"]),
        ("x = dC[0]", ["do the step `dC` first"]),
        ("x = torch.zeros_like(dC)", ["do the step `dC` first"]),
        ("x = F.softmax(dC, 1)", ["do the step `dC` first"]),
        ("dC = ...\nx = 2 * dC", ["do the step `dC` first"]),
        ("mine = None\nx = mine * h", ["`mine` is `None`"]),
        ("mine = ...\nx = h - mine", ["`mine` is `...`"]),
        # Names.
        ("x = dbnvar * 2", ["made in the step `dbnvar`: do that one first"]),
        ("x = dlogit @ W2.T", ["no `dlogit`", "`dlogits`"]),
        ("x = w2.T", ["`W2`"]),
        ("x = bn_raw", ["`bnraw`"]),
        ("x = dbnvarinv", ["`dbnvar_inv`"]),
        ("x = dbndif", ["`dbndiff`", "the step `dbndiff`"]),
        ("del bnvar\nx = bnvar", ["further up", "Run All Above"]),
        ("del torch\nx = torch.zeros(1)", ["further up"]),
        ("def f():\n    z = z0 + 1\n    z0 = h\nf()", ["`z0` is read before"]),
        # Types.
        ("x = F.one_hot(Yb, 27)\nx /= n", ["`x` holds whole numbers"]),
        ("x = h.float() @ W2", ["kinds of numbers"]),
        ("x = dh.sum * h", ["`.sum` is a method"]),
        ("x = logits - logits.max(1)", ["`.max` along a dimension", "`.values`"]),
        ("x = W2.T()", ["`.T` is not a function"]),
        ("x = h(dh)", ["`h` is a tensor", "`*` missing"]),
        ("x = (1 - h**2)(dh)", ["`*` missing"]),
        ("x = h.sums(0)", ["`.sum`"]),
        # In place.
        ("x = bngain.expand(32, 64)\nx += dh", ["`.clone()`"]),
        ("x = torch.ones(3).requires_grad_()\nx += 1", ["`.clone()`"]),
        ("x = torch.ones(3).requires_grad_()\ny = x[:2]\ny += 1", ["a view", "`.clone()`"]),
        ("raise NotImplementedError()", ["yours to write"]),
        # Written as elsewhere.
        ("x = (1 - h ^ 2) * dh", ["`^` is no power in Python: write `**`"]),
        ("x = n ^ 0.5", ["`**`"]),
        ("h ^= 2", ["`**`"]),
        ("for i in n:\n    pass", ["`n` is a number", "`range(n)`"]),
        ("x = [i for i in n]", ["`range(n)`"]),
        ("if h > 0:\n    pass", ["neither true nor false", "for each entry"]),
        ("x = np.zeros(3)", ["`np` is NumPy", "`torch.zeros`"]),
        ("x = math.pi", ["`math`", "does not import."]),
        # A step's own cell.
        ("dlogprobs[range(n), Yb] = -1 / n", ["begin with a tensor of zeros", "of `logprobs`"]),
        ("dprobs += dlogits", ["no value yet", "zeros in the shape of `probs`", "write `=`"]),
        ("dC = None\ndC[Xb] = demb", ["begin with a tensor of zeros in the shape of `C`"]),
        ("dC += demb[0, 0]", ["begin with a tensor of zeros in the shape of `C`"]),
        ("dC[0][1] += 1", ["begin with a tensor of zeros in the shape of `C`"]),
        ("x = dhprebn.T\ndhprebn = dh", ["`dhprebn` is read before", "further down"]),
        ("def f():\n    dC += 1\nf()", ["begin with a tensor of zeros in the shape of `C`"]),
        ("mine[0] = 1", ["`mine` has no entries yet", "a tensor of zeros."]),
        ("x = h.grad * 2", ["`h.grad` is `None`", "by hand"]),
        # Functions of PyTorch.
        ("x = torch.zeros_like[logprobs]", ["square", "`torch.zeros_like`", "round ones"]),
        ("x = h.sum[0]", ["square", "`h.sum`", "round ones"]),
        ("x = torch.zeros(logprobs)", ["wants sizes", "`logprobs` is a tensor", "zeros_like`"]),
        ("x = torch.ones(h, 1)", ["wants sizes", "`torch.ones_like`"]),
        ("x = torch.zero_like(h)", ["no `torch.zero_like`", "`torch.zeros_like`"]),
        ("x = F.onehot(Yb, 27)", ["no `F.onehot`", "`F.one_hot`"]),
        ("x = torch.stack([h, dlogits])", ["(32, 64), another (32, 27)"]),
        ("x = torch.stack(h, dh)", ["in one list", "`torch.stack([a, b])`"]),
        ("x = torch.cat([h, dlogits])", ["one behind the other", "`h` (32, 64)"]),
        ("x = torch.cat([h, b2])", ["one behind the other", "`b2` (27,)"]),
        ("x = F.one_hot(Yb, 5)", ["too few classes", "second argument"]),
        ("x = torch.einsum('ij,jk->ik', h, dh)", ["`j` for both 64 and 32", "own letter"]),
        ("x = torch.einsum('ijk->i', h)", ["2 dimensions, and 3 letters"]),
        ("x = torch.zeros_like(C).index_add_(Xb.flatten(), demb)", ["`index_add_(0, index, sou"]),
        ("logits[range(n), Yb] = h", ["have shape (32,)", "has (32, 64)"]),
        ("logits[0] = h", ["(32, 64) has too many dimensions to fill (27,)"]),
    ],
)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_the_sentence_says_what_matters(told: Told, source: str, words: list[str]) -> None:
    """The operands are named with their shapes, a missing value with its step."""
    sentence = told(source)
    assert sentence is not None
    for word in words:
        assert word in sentence


def test_an_explanation_goes_on_in_small_letters_after_a_colon(told: Told) -> None:
    """Whichever way the sentence about an index begins, it is one sentence."""
    sentence = told("x = (h @ W2).view(-1)[Xb + 10_000]")
    assert sentence is not None
    assert "is too far: in this tensor" in sentence


@pytest.mark.parametrize(
    "source",
    [
        "x = torch.zeros('h')",
        "x = torch.entirely_unlike_anything(h)",
        "x = torch.version.hips",
        "x = list(5)",
    ],
)
def test_what_only_looks_alike_is_not_explained(told: Told, source: str) -> None:
    """The messages are those of explained mistakes; the causes are others."""
    assert told(source) is None


@pytest.mark.parametrize(
    "source",
    [
        "1 / 0",
        "raise ValueError('mine')",
        "x = {}['dh']",
        "x = something_else_altogether",
        "x = h.quite_unlike_a_tensor",
        "assert False",
        "x = len(n)",
        "raise NotImplementedError('later')",
    ],
)
def test_other_exceptions_are_left_to_speak_for_themselves(told: Told, source: str) -> None:
    """Where there is nothing to add, nothing is said."""
    assert told(source) is None


def test_no_shape_is_claimed_that_is_not_known() -> None:
    """Operands that the syntax tree cannot tell are not named, the shapes of the message are."""
    sentence = explain(
        "RuntimeError",
        "mat1 and mat2 shapes cannot be multiplied (32x27 and 64x27)",
        "x = mystery(a) @ W2",
        1,
        {"W2": (64, 27), "a": (5,)},
    )
    assert sentence is not None
    assert "(32, 27) and (64, 27) do not fit" in sentence
    assert "mystery" not in sentence


def test_the_failing_product_is_told_from_its_neighbors() -> None:
    """Of several products on a line the one with the shapes of the message is named."""
    sentence = explain(
        "RuntimeError",
        "mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)",
        "y = p @ q + r @ s",
        1,
        {"p": (3, 5), "q": (5, 6), "r": (3, 4), "s": (5, 6)},
    )
    assert sentence is not None
    assert "`r @ s`" in sentence
    assert "`p @ q`" not in sentence


@pytest.mark.parametrize(
    "source",
    [
        "this is no Python",
        "",
        "x = (" * 500,
        "x = " + "-" * 100_000 + "1",
        "x = 1\0",
        "x = " + "a + " * 2_000 + "a",
        "a; " * 20_000,
    ],
)
def test_a_source_of_any_kind_does_no_harm(source: str) -> None:
    """The explanation does without the operands' names."""
    sentence = explain(
        "RuntimeError", "mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)", source, 1, {}
    )
    assert sentence is None or "(3, 4) and (5, 6)" in sentence


def test_long_and_unprintable_operands_are_not_quoted() -> None:
    """What a sentence cannot carry stays out of it."""
    message = "mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)"
    long = " + ".join(["aa"] * 40)
    sentence = explain("RuntimeError", message, f"y = ({long}) @ b", 1, {"aa": (3, 4), "b": (5, 6)})
    assert sentence is not None
    assert "the left side is (3, 4)" in sentence
    assert "aa + aa" not in sentence
