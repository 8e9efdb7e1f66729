"""Autograd is told from everything else by the syntax tree, and by what an answer is made from."""

import ast
import inspect
from pathlib import Path

import pytest

from autograder.grading.autograd_flow import Source, find_autograd
from autograder.grading.autograd_use import find_uses
from autograder.grading.autograd_words import imports
from autograder.grading.bindings import nodes_of
from autograder.grading.magics import parse_cell
from autograder.verdict import Status

_USED = {
    "grad": "dprobs = probs.grad",
    "grad, cloned": "dprobs = probs.grad.clone()",
    "grad through a name": "g = probs.grad\ndprobs = 1 * g",
    "grad by getattr": "dprobs = getattr(probs, 'grad')",
    "grad by getattr, put together": "dprobs = getattr(probs, 'gr' + 'ad')",
    "grad by getattr, backwards": "dprobs = getattr(probs, 'darg'[::-1])",
    "grad by getattr, joined": "dprobs = getattr(probs, ''.join(['g', 'rad']))",
    "grad by getattr, f-string": "dprobs = getattr(probs, f\"{'gr'}ad\")",
    "grad by attrgetter": "import operator\ndprobs = operator.attrgetter('grad')(probs)",
    "grad out of a dictionary": "dprobs = probs.__dict__['grad']",
    "grad into": "dprobs = torch.empty_like(probs)\ndprobs.copy_(probs.grad)",
    "grad into a part": "dprobs = torch.empty_like(probs)\ndprobs[:] = probs.grad",
    "grad in a loop": "for v in [probs]:\n    dprobs = v.grad",
    "backward": "probs.requires_grad_()\nprobs.log().sum().backward()",
    "backward method": "torch.Tensor.backward(loss)",
    "autograd.grad": "dprobs, = torch.autograd.grad(probs.log(), probs, dlogprobs)",
    "autograd, imported": "from torch.autograd import grad\ndprobs = 0",
    "autograd, renamed": "from torch import autograd as a\ndprobs = 0",
    "autograd by name": "import importlib\na = importlib.import_module('torch.auto' + 'grad')",
    "autograd by __import__": "__import__('torch.autograd').grad",
    "autograd out of modules": "import sys\nsys.modules['torch.autograd'].grad",
    "autograd out of vars": "vars(torch)['autograd']",
    "func": "dprobs = torch.func.vjp(torch.log, probs)[1](dlogprobs)",
    "func, imported": "from torch.func import vjp\ndprobs = 0",
    "functional": "dprobs = torch.autograd.functional.vjp(torch.log, probs, dlogprobs)[1]",
    "forward mode": "import torch.autograd.forward_ad as fw\nx = fw.make_dual(probs, probs)",
    "jvp": "from torch.func import jvp",
    "requires_grad": "p = torch.tensor(probs, requires_grad=True)\ndprobs = p",
    "requires_grad set": "probs.requires_grad = True\ndprobs = 1 / probs * dlogprobs",
    "requires_grad by setattr": "setattr(probs, 'requires_grad', True)",
    "grad_fn": "dprobs = logprobs.grad_fn(dlogprobs)",
    "aten": "dprobs = torch.ops.aten.tanh_backward(dprobs, h)",
    "softmax backward": "dprobs = torch._softmax_backward_data(dprobs, probs, 1, probs.dtype)",
    "TorchScript": "f = torch.jit.script(g)\ndprobs = 0",
    "eval": "dprobs = eval('probs.grad')",
    "exec": "exec('dprobs = torch.autograd.grad(probs.log(), probs, dlogprobs)[0]')",
    "exec of exec": "exec(\"exec('probs.backward()')\")",
    "magic": "%time probs.sum().backward()",
    "cell magic": "%%time\nprobs.sum().backward()",
    "hook": "probs.register_hook(print)",
    "recording": "with torch.enable_grad():\n    dprobs = 0",
    "lambda": "f = lambda x: x.backward()\ndprobs = 0",
    "comprehension": "dprobs = [t.grad for t in [probs]][0]",
    "the course's graph": "dprobs = GRAPH.local_rule(globals(), 'probs', {'logprobs': dlogprobs})",
    "the course's graph, imported": "from autograder.stages.unrolled import GRAPH as G",
    "the course's way of training": "import autograder.manual_backward",
    "jax": "import jax",
}


def found(source, step="dprobs", references=("GRAPH",)):
    """What is found in a cell with the answer `dprobs`."""
    return find_autograd([Source(step, source)], references, ())


@pytest.mark.parametrize("source", _USED.values(), ids=_USED)
def test_autograd_in_the_cell_of_an_answer_is_refused(source):
    """In plain sight, by a text, by an import, by a method that ends in backward."""
    uses = found(source)
    assert [use.refused for use in uses] == [True]
    assert uses[0].message.endswith("write the gradient by hand.")


_HARMLESS = {
    "a comment": "dprobs = dlogprobs / probs  # the same as probs.grad after loss.backward()",
    "a text": "dprobs = dlogprobs / probs\nprint('probs.grad, torch.autograd.grad')",
    "a docstring": '"""Not by autograd: no .backward()."""\ndprobs = dlogprobs / probs',
    "a variable grad": "grad = dlogprobs / probs\ndprobs = grad",
    "a variable backward": "backward = dlogprobs / probs\ndprobs = backward",
    "a variable autograd": "autograd = 1\ndprobs = autograd * dlogprobs / probs",
    "a function backward": "def backward(g):\n    return g / probs\ndprobs = backward(dlogprobs)",
    "an argument grad": "def f(grad):\n    return grad / probs\ndprobs = f(grad=dlogprobs)",
    "no_grad": "with torch.no_grad():\n    dprobs = dlogprobs / probs",
    "the question": "assert not probs.requires_grad\ndprobs = dlogprobs / probs",
    "no gradient wanted": "dprobs = torch.zeros(3, requires_grad=False) + 1",
    "detach": "dprobs = dlogprobs.detach() / probs.data",
    "compiled expression": "import re\nre.compile('.grad').match('x')\ndprobs = 0",
    "partial": "from functools import partial\npartial(print).func\ndprobs = 0",
    "a table": "cache = {'grad': dlogprobs / probs}\ndprobs = cache['grad']",
    "getattr of something else": "dprobs = getattr(torch, 'div')(dlogprobs, probs)",
    "eval of something else": "dprobs = eval('dlogprobs / probs')",
    "gradient_": "dprobs_gradient = dlogprobs / probs\ndprobs = dprobs_gradient",
    "the names": "from autograder.names import ALPHABET\ndprobs = 0",
    "the check": "from autograder import Check\nCheck\ndprobs = 0",
    "nonsense": "dprobs = = probs.grad",
    "a magic": "%time dprobs = dlogprobs / probs",
    "nothing": "",
}


@pytest.mark.parametrize("source", _HARMLESS.values(), ids=_HARMLESS)
def test_what_only_looks_like_it_is_let_through(source):
    """Comments, texts, names, a table of one's own, and what records no graph."""
    assert found(source) == ()


_SUSPICIOUS = {
    "compared": "dprobs = dlogprobs / probs\nprint((dprobs - probs.grad).abs().max())",
    "asserted": "dprobs = dlogprobs / probs\nassert torch.allclose(dprobs, probs.grad)",
    "replaced": "dprobs = probs.grad\ndprobs = dlogprobs / probs",
    "name put together": "dprobs = getattr(probs, input())",
    "text put together": "exec(open('x').read())\ndprobs = 0",
    "frames": "import sys\nsys._getframe(1).f_locals\ndprobs = 0",
    "collector": "import gc\ngc.get_objects()\ndprobs = 0",
}


@pytest.mark.parametrize("source", _SUSPICIOUS.values(), ids=_SUSPICIOUS)
def test_what_an_answer_is_not_made_from_is_only_shown(source):
    """A look at `.grad` beside the answer costs nothing; the judge's inputs have none anyway."""
    uses = found(source)
    assert uses and not any(use.refused for use in uses)


_REFUSED_FROM_EARLIER = {
    "a value": ["g = torch.autograd.grad(probs.log(), probs, dlogprobs)[0]", "dprobs = g"],
    "through another": ["g = probs.grad", "k = g * 1", "dprobs = k"],
    "a function": ["def f(x):\n    x.sum().backward()\n    return x.grad", "dprobs = f(probs)"],
    "a module": ["from torch import autograd as a", "dprobs = a.grad(probs, probs)[0]"],
    "a list": ["kept = []\nkept.append(probs.grad)", "dprobs = kept[0]"],
}


@pytest.mark.parametrize("cells", _REFUSED_FROM_EARLIER.values(), ids=_REFUSED_FROM_EARLIER)
def test_an_answer_made_from_an_earlier_cell_is_refused(cells):
    """The cells before have no answer of their own."""
    sources = [Source("", text) for text in cells[:-1]] + [Source("dprobs", cells[-1])]
    uses = find_autograd(sources, (), {"probs", "dlogprobs"})
    assert [(use.step, use.refused) for use in uses] == [("dprobs", True)]


_LET_THROUGH_FROM_EARLIER = {
    "nobody asks": ["loss.backward()\nprint(C.grad)", "dprobs = dlogprobs / probs"],
    "new before the answer": ["probs = probs.grad", "dprobs = dlogprobs / probs"],
    "new name": ["g = probs.grad", "g = 1 / probs", "dprobs = g * dlogprobs"],
    "another of that name": ["p = probs.grad", "for p in range(3):\n    dprobs = 0 * p"],
    "an argument of that name": ["p = probs.grad", "dprobs = [p for p in probs]"],
    "plotted": [
        "plt.plot(probs.grad[0])\ntorch.allclose(probs, probs.grad)",
        "dprobs = torch.ones(1)",
    ],
}


@pytest.mark.parametrize("cells", _LET_THROUGH_FROM_EARLIER.values(), ids=_LET_THROUGH_FROM_EARLIER)
def test_experiments_in_added_cells_cost_nothing(cells):
    """What the judge defines anew before each answer carries nothing over."""
    sources = [Source("", text) for text in cells[:-1]] + [Source("dprobs", cells[-1])]
    assert find_autograd(sources, (), {"probs", "dlogprobs", "C", "loss"}) == ()


def test_comparing_by_a_function_of_ones_own_is_only_shown():
    """As the lecture does it: `cmp` looks at `.grad`, after the answer."""
    cells = [
        Source("", "def cmp(name, d, t):\n    print(name, torch.all(d == t.grad).item())"),
        Source("dprobs", "dprobs = dlogprobs / probs\ncmp('probs', dprobs, probs)"),
    ]
    uses = find_autograd(cells, (), {"probs", "dlogprobs"})
    assert [use.refused for use in uses] == [False]


def test_a_number_may_be_found_with_autograd():
    """Where it is not asked how an answer was found, autograd is no matter."""
    cell = Source("breaking_scale", "loss.backward()\nbreaking_scale = 3.0", by_hand=False)
    assert find_autograd([cell], ("unrolled_backward",), ()) == ()


def test_a_use_says_where_it_is():
    """The line in the cell, and the words that are there."""
    (use,) = find_uses(parse_cell("a = 1\n\nb = x.grad"))
    assert (use.line, use.what, use.kind) == (3, "`.grad`", "reads")


_JUDGED = {
    "attribute": ("dprobs = probs.grad", Status.USED_AUTOGRAD),
    "by hand with autograd": (
        "p = probs.clone().requires_grad_()\nwith torch.enable_grad():\n    q = p.log()\n"
        "dprobs, = torch.autograd.grad(q, p, dlogprobs)",
        Status.USED_AUTOGRAD,
    ),
    "in disguise": (
        "name = ''.join(map(chr, [97, 117, 116, 111, 103, 114, 97, 100]))\n"
        "a = getattr(torch, name)\ndprobs = a.grad(probs, probs)",
        Status.USED_AUTOGRAD,
    ),
    "beside": ("dprobs = dlogprobs / probs\nprint(probs.grad)", Status.CORRECT),
}


@pytest.mark.parametrize(("source", "status"), _JUDGED.values(), ids=_JUDGED)
def test_the_judge_gives_autograd_its_own_status_and_a_flag(judge_answers, source, status):
    """No points where the answer is made with it; a flag for the instructor in any case."""
    verdict = judge_answers("01_unrolled", {"dprobs": source})
    step = next(step for step in verdict.steps if step.name == "dprobs")
    assert (step.status, verdict.score) == (status, 26 if status.passed else 25)
    assert {flag.step for flag in verdict.flags} == {"dprobs"}


def test_a_function_that_differentiates_is_no_answer(judge_answers):
    """Stage 02, by `torch.func`; and stage 04, by `backward`."""
    source = "def softmax_jacobian(x):\n    return torch.func.jacrev(lambda r: r.softmax(0))(x)"
    verdict = judge_answers("02_cross_entropy", {"softmax_jacobian": source})
    step = next(step for step in verdict.steps if step.name == "softmax_jacobian")
    assert (step.status, step.points) == (Status.USED_AUTOGRAD, 0)


def test_the_solutions_are_not_suspected(judge_answers):
    """`breaking_scale` is found with the course's own backward pass, and may be."""
    assert judge_answers("02_cross_entropy").flags == ()


def test_nodes_come_in_the_order_of_the_standard_library() -> None:
    """The faster walk visits what `ast.walk` visits, one after the other."""
    sources = [
        Path(inspect.getfile(inspect)).read_text("utf-8"),
        "x: int = 5\nmatch x:\n    case {'a': [1, *_], **rest} | str(): f'{x!r:>{x}}'",
    ]
    for source in sources:
        tree = ast.parse(source)
        assert nodes_of(tree) == tuple(ast.walk(tree))


@pytest.mark.parametrize(
    "module", ["situation", "draws", "mistakes", "diagnose", "stages.unrolled"]
)
def test_what_makes_references_is_refused(module):
    """Whatever the package has beyond what notebooks are given."""
    assert imports(f"autograder.{module}")
    assert not imports("autograder.figures.warmup")
    assert not imports("autograder.finite_differences", "difference_errors")
    assert imports("autograder.finite_differences", "expected_central_difference")


def test_a_function_that_is_handed_on_is_told() -> None:
    """Whoever gets it may keep it where no text tells: then what it is for cannot be told."""
    pull = "def pull(f, x, v, G=torch.autograd.grad):\n    return G(f(x), x, v)[0]\n"
    for line in ("keep(pull)", "setattr(math, 'kept', pull)", "keep(what=pull)"):
        cells = [
            Source("", pull + line),
            Source("dprobs", "dprobs = math.kept(f, probs, dlogprobs)"),
        ]
        (use,) = find_autograd(cells)
        assert (use.step, use.refused) == ("dprobs", False)
        assert "`pull`" in use.message and "as an argument" in use.message
    cells = [
        Source("", pull + "print(pull(f, x, v))"),
        Source("dprobs", "dprobs = dlogprobs / probs"),
    ]
    assert find_autograd(cells) == ()


def test_lines_of_a_with_are_looked_at_one_by_one() -> None:
    """A look at a `.grad` there is no part of an answer beside it."""
    cell = "with torch.no_grad():\n    print(logits.grad)\n    dW2 = h.T @ dlogits"
    (use,) = find_autograd([Source("dW2", cell)])
    assert not use.refused
    made = "with torch.no_grad():\n    g = W2.grad\n    dW2 = g.clone()"
    (use,) = find_autograd([Source("dW2", made)])
    assert use.refused


def test_drawing_the_graph_is_no_use_of_it() -> None:
    """The course's own cells do so; who redefines the function is at least told of."""
    source = Source("dprobs", "draw_graph(GRAPH, globals())\ndprobs = dlogprobs / probs")
    (use,) = find_autograd([source], references={"GRAPH"})
    assert not use.refused


def test_a_chain_of_subscripts_is_read_in_time_that_grows_with_its_length() -> None:
    """Each of them lies in all that follow; a table of names is found at any depth."""
    chain = "[0]" * 900
    source = f"x = a{chain}\ny = vars(torch)['autograd']{chain}"
    uses = list(find_uses(parse_cell(source)))
    assert any("autograd" in use.what and use.line == 2 for use in uses)
