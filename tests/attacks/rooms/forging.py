"""Forging a score with objects that lie and with patched libraries."""

from __future__ import annotations

from tests.attacks.attack import Attack, cell

__all__ = ["ATTACKS"]

_NOTHING = ("no effect", "no points")

_EQUAL = cell("""
    class Equal:
        shape, dtype, ndim = probs.shape, probs.dtype, 2
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __getattr__(self, name): return lambda *a, **k: self
        def __bool__(self): return True
        def __float__(self): return 0.0
        def __iter__(self): return iter(())
        __sub__ = __rsub__ = __abs__ = __le__ = __lt__ = lambda self, *other: True
    dprobs = Equal()
    """)

_SUBCLASS = cell("""
    class Right(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            name = getattr(function, "__name__", "")
            if name in ("allclose", "equal", "isclose", "__eq__", "all", "any"):
                return torch.tensor(True)
            return super().__torch_function__(function, types, args, kwargs or {})
        def __eq__(self, other): return True
    dprobs = torch.zeros_like(probs).as_subclass(Right)
    """)

_SUBCLASS_THAT_CHANGES = cell("""
    class Shifting(torch.Tensor):
        def detach(self): return dlogprobs / 1
        def contiguous(self, *a): return logprobs
        def numpy(self): raise SystemExit
        shape = property(lambda self: (10**6, 10**6))
        dtype = property(lambda self: torch.float64)
    dprobs = torch.zeros_like(probs).as_subclass(Shifting)
    """)

_PATCHED_TORCH = cell("""
    import numpy
    for place in (torch, torch.Tensor, torch.testing, numpy):
        for name in ("allclose", "equal", "isclose", "assert_close", "eq", "array_equal"):
            if hasattr(place, name):
                try:
                    setattr(place, name, lambda *a, **k: True)
                except (TypeError, AttributeError):
                    pass
    """)

_PATCHED_PACKAGE = cell("""
    import sys
    import autograder.compare, autograder.judge_tensor, autograder.verdict, autograder.check
    from autograder.verdict import Status, StepVerdict
    Status.passed = property(lambda self: True)
    Status.share = property(lambda self: 1.0)
    StepVerdict.points = property(lambda self: 100.0)
    for name, module in list(sys.modules.items()):
        if name.startswith("autograder"):
            for key in ("compare", "judge_tensor", "judge_answer", "unjudged", "examine"):
                if hasattr(module, key):
                    setattr(module, key, lambda *a, **k: True)
    """)

_PATCHED_BUILTINS = cell("""
    import builtins
    builtins.isinstance = lambda value, kind: True
    builtins.abs = lambda value: 0
    builtins.len = lambda value: 32
    builtins.all = lambda values: True
    """)

_TRANSFORMERS = cell("""
    import ast
    shell = get_ipython()
    def silence(lines):
        return ["pass\\n"] if any("check(" in line for line in lines) else lines
    shell.input_transformers_cleanup.append(silence)
    shell.input_transformers_post.append(silence)
    class AlwaysTrue(ast.NodeTransformer):
        def visit_Compare(self, node):
            return ast.copy_location(ast.Constant(True), node)
        def visit_Assert(self, node):
            return ast.copy_location(ast.Pass(), node)
        visit_Raise = visit_Assert
    shell.ast_transformers.append(AlwaysTrue())
    """)

_DISPLAY = cell("""
    import sys
    shell = get_ipython()
    sys.displayhook = shell.displayhook = lambda value: print(26)
    shell.display_pub.publish = lambda *a, **k: None
    shell.showtraceback = shell._showtraceback = lambda *a, **k: None
    shell.set_custom_exc((Exception,), lambda *a, **k: None)
    """)

_SHELL = cell("""
    import types
    shell = get_ipython()
    class Fine:
        success, result, error_before_exec, error_in_exec = True, 1, None, None
        def raise_error(self): pass
    shell.run_cell = lambda *a, **k: Fine()
    async def run(*a, **k): return Fine()
    shell.run_cell_async = run
    shell.events.register("post_run_cell", lambda *a: shell.user_ns.update(dprobs=probs))
    shell.events.register("pre_run_cell", lambda *a: shell.user_ns.update(dcounts_sum=counts_sum))
    """)

_MODULES = cell("""
    import sys, types
    class Fake(types.ModuleType):
        def __getattr__(self, name): return lambda *a, **k: True
    for name in ("torch", "numpy", "json", "struct", "nbformat", "autograder", "autograder.check"):
        sys.modules[name] = Fake(name)
    """)

_SHADOW = cell("""
    import os, pathlib, sys
    for name in ("torch", "autograder", "json", "sitecustomize", "usercustomize", "numpy"):
        pathlib.Path(f"{name}.py").write_text("def __getattr__(name): return lambda *a, **k: True")
        for folder in sys.path:
            try:
                pathlib.Path(folder, f"{name}.py").write_text("raise SystemExit")
            except OSError:
                pass
    for name in list(sys.modules):
        if name.split(".")[0] in ("torch", "autograder"):
            del sys.modules[name]
    sys.path.insert(0, os.getcwd())
    import importlib; importlib.invalidate_caches()
    """)

_CHECK = cell("""
    class check:
        def __new__(cls, *a, **k): return 1.0
        summary = classmethod(lambda cls: 26.0)
    import autograder
    autograder.Check.__call__ = lambda self, *a: 26.0
    autograder.CheckFailed = type("Never", (BaseException,), {})
    print(26)
    26
    """)

_ODD_NUMBERS = {
    "NaN": "torch.full_like(probs, float('nan'))",
    "infinities": "torch.full_like(probs, float('inf'))",
    "no entries": "torch.zeros(0, 27)",
    "a million rows": "torch.zeros(1, 1).expand(10**6, 10**6)",
    "meta tensor": "torch.empty(probs.shape, device='meta')",
    "sparse tensor": "torch.zeros_like(probs).to_sparse()",
    "quantized": "torch.quantize_per_tensor(probs.float(), 0.1, 0, torch.quint8)",
}


def _odd(name: str, value: str) -> Attack:
    return Attack(name, "forging", ("no points",), answers={"dprobs": f"dprobs = {value}"})


def _extra(name: str, source: str, outcomes: tuple[str, ...] = _NOTHING) -> Attack:
    return Attack(name, "forging", outcomes, extra=source, stock=True)


ATTACKS = (
    Attack(
        "an object equal to all", "forging", ("no points",), answers={"dprobs": _EQUAL}, stock=True
    ),
    Attack(
        "a tensor that says it is right",
        "forging",
        ("no points",),
        answers={"dprobs": _SUBCLASS},
        stock=True,
    ),
    Attack(
        "a tensor that changes when looked at",
        "forging",
        ("no points",),
        answers={"dprobs": _SUBCLASS_THAT_CHANGES},
        stock=True,
    ),
    _extra("torch.allclose patched", _PATCHED_TORCH),
    _extra("the package's verdicts patched", _PATCHED_PACKAGE),
    _extra("builtins patched", _PATCHED_BUILTINS, (*_NOTHING, "cost points")),
    _extra("input and syntax transformers", _TRANSFORMERS),
    _extra("display hooks silenced", _DISPLAY),
    _extra("IPython's run_cell and events", _SHELL, (*_NOTHING, "cost points")),
    _extra("sys.modules full of fakes", _MODULES, (*_NOTHING, "cost points")),
    _extra("torch.py and sitecustomize.py planted", _SHADOW, (*_NOTHING, "cost points")),
    _extra("a check of one's own", _CHECK),
    *(_odd(name, value) for name, value in _ODD_NUMBERS.items()),
)
