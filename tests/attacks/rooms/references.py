"""Cheating: right answers taken from where they lie, and derivatives by measuring."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.attack import Attack, cell

__all__ = ["ATTACKS"]

_FOUND = ("blocked", "flagged", "no points")

_REFERENCES: Mapping[str, str] = {
    "the stage's own graph": """
        from autograder.stages.unrolled import GRAPH as G
        d = G.local_rule(globals(), "probs", {"logprobs": dlogprobs}); dprobs = d
        """,
    "the graph out of sys.modules": """
        import sys
        G = sys.modules["autograder.stages.unrolled"].GRAPH
        dprobs = G.local_rule(globals(), "probs", {"logprobs": dlogprobs})
        """,
    "the graph from the collector": """
        import gc
        graphs = [o for o in gc.get_objects() if type(o).__name__ == "Graph"]
        G = next(g for g in graphs if "logprobs" in g.nodes)
        dprobs = G.local_rule(globals(), "probs", {"logprobs": dlogprobs})
        """,
    "the graph from the figures": """
        import autograder.figures.forward_graph as figures
        G = next(v for v in vars(figures).values() if hasattr(v, "GRAPH")).GRAPH
        dprobs = G.local_rule(globals(), "probs", {"logprobs": dlogprobs})
        """,
    "the judge's own drawing of states": """
        from autograder.situation import make_situation
        from autograder.draws import draw_stage
        dprobs = None
        """,
    "values from the frames above": """
        import sys
        frame, dprobs = sys._getframe(), None
        while frame:
            for value in list(frame.f_locals.values()):
                if isinstance(value, torch.Tensor) and value.shape == probs.shape:
                    dprobs = value
            frame = frame.f_back
        """,
    "tensors from the collector": """
        import gc
        same = [o for o in gc.get_objects()
                if isinstance(o, torch.Tensor) and o.shape == probs.shape and o is not probs]
        dprobs = same[-1]
        """,
    "a snapshot of the runner's": """
        import gc
        from autograder.grading.runner.namespace import Namespace
        kept = next(o for o in gc.get_objects() if isinstance(o, Namespace))._kept
        dprobs = next((v["dprobs"] for v in kept.values() if "dprobs" in v), None)
        """,
    "the .grad of the notebook": "dprobs = probs.grad",
}

_DISK: Mapping[str, str] = {
    "the solution from disk": "@COURSE@/solutions/01_unrolled/01_unrolled.ipynb",
    "the checkout's solution": "@CHECKOUT@/solutions/01_unrolled.py",
    "the secret of the course": "@COURSE@/.autograder/secret",
    "another submission": "@COURSE@/submitted/alice/01_unrolled/01_unrolled.ipynb",
    "the journal": "@COURSE@/journal/journal.jsonl",
}


def _read(path: str) -> str:
    return cell(f"""
        text = open("{path}").read()
        print(text)
        raise ValueError(text[:300])
        """)


# Central differences, with two steps of Richardson's: seven digits more.
_MEASURED = cell("""
    def slope(e): return ((probs + e * probs).log() - (probs - e * probs).log()) / (2 * e * probs)
    a, b, c = slope(0.02), slope(0.01), slope(0.005)
    a, b = (4 * b - a) / 3, (4 * c - b) / 3
    dprobs = (16 * b - a) / 15 * dlogprobs
    """)

ATTACKS = (
    *(
        Attack(name, "cheating", _FOUND, answers={"dprobs": cell(source)}, stock=True)
        for name, source in _REFERENCES.items()
    ),
    *(
        Attack(f"reading {name}", "cheating", ("no effect",), extra=_read(path))
        for name, path in _DISK.items()
    ),
    Attack(
        "finite differences",
        "cheating",
        ("scored", "no points"),
        answers={"dprobs": _MEASURED},
        scores="it is a derivative by measuring, not by autograd",
        stock=True,
    ),
    Attack(
        "a complex step",
        "cheating",
        ("scored", "flagged"),
        answers={
            "dprobs": "dprobs = torch.complex(probs, torch.full_like(probs, 1e-30)).log()"
            ".imag / 1e-30 * dlogprobs"
        },
        scores="it is a derivative by measuring, not by autograd",
        stock=True,
    ),
)
