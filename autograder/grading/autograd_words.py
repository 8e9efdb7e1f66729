"""Names that mean autograd, in whatever place of a syntax tree they stand."""

from __future__ import annotations

import re

__all__ = ["RUNS_TEXT", "computes", "hides", "imports", "reads", "speaks_of_autograd"]

# Attributes that make PyTorch compute a derivative, or prepare it to.
_COMPUTE = frozenset(
    {
        "autograd",
        "requires_grad_",
        "retain_grad",
        "grad_fn",
        "next_functions",
        "saved_tensors",
        "register_hook",
        "register_post_accumulate_grad_hook",
        "enable_grad",
        "set_grad_enabled",
        "functorch",
        "vjp",
        "jvp",
        "jacrev",
        "jacfwd",
        "jacobian",
        "hessian",
        "vhp",
        "hvp",
        "grad_and_value",
        "linearize",
        "make_dual",
        "unpack_dual",
        "dual_level",
        "enter_dual_level",
        "forward_ad",
        "_C",
        "_functorch",
        "_dynamo",
        "_VF",
    }
)
# These say nothing by themselves, only after `torch`.
_OF_TORCH = frozenset({"func", "compile", "jit", "ops", "fx", "library"})
# `tanh_backward`, `_softmax_backward_data`, `backward`: PyTorch has some hundred of them.
_BACKWARD = re.compile(r"(^|_)backward(_|$)")
_READ = frozenset({"grad", "_grad"})

# Modules that differentiate, and the parts of this package that hold or make references.
_MODULES = re.compile(
    r"torch\.(autograd|func|jit|ops|_C|_functorch|_dynamo|fx|nn\.grad|_decomp|_refs|library)(\.|$)"
    r"|(functorch|jax|autograd|tensorflow|tinygrad|theano|casadi)(\.|$)"
    # All but what notebooks are given: others make states, references, or nearly right answers.
    r"|autograder(\.(?!(names|figures|minibatch|progress|inference|check)(\.|$))|$)"
)
_NOT_A_REFERENCE = frozenset({"Check", "CheckFailed", "names", "figures", "minibatch", "progress"})

# Functions that run a text as a program.
RUNS_TEXT = frozenset({"eval", "exec", "compile", "run_cell", "run_code", "ex", "ev"})
# What looks behind a notebook's variables or has somebody else do the work.
_HIDES = frozenset(
    (
        *("_getframe", "currentframe", "f_globals", "f_locals", "f_back", "settrace", "setprofile"),
        *("get_objects", "get_referrers", "modules", "builtins", "ctypes", "inspect"),
        *("__globals__", "__code__", "__closure__", "__subclasses__", "__builtins__", "__loader__"),
        *("__dict__", "__getattr__", "getattr_static", "pickle", "marshal", "runpy"),
        *("pkgutil", "resolve_name", "pydoc", "locate", "Formatter", "get_field"),
        *("subprocess", "multiprocessing", "system", "popen", "Popen", "getoutput", "fork"),
        # IPython's own hooks
        *("events", "ast_transformers", "input_transformers_post", "input_transformers_cleanup"),
        # A derivative by a complex step
        *("imag", "angle", "view_as_real"),
    )
)


def computes(attribute: str, of_torch: bool = False) -> bool:
    """Whether reading this attribute is a step towards a derivative by PyTorch."""
    if attribute in _COMPUTE or _BACKWARD.search(attribute):
        return True
    return of_torch and attribute in _OF_TORCH


def reads(attribute: str) -> bool:
    """Whether the attribute holds a derivative that was computed elsewhere."""
    return attribute in _READ


def hides(name: str) -> bool:
    """Whether the name belongs to what can work out an answer where no syntax tree shows it."""
    return name in _HIDES


def imports(module: str, name: str = "") -> bool:
    """Whether ``import module`` or ``from module import name`` brings a derivative with it."""
    if module == "autograder":
        return name not in _NOT_A_REFERENCE
    if module == "autograder.finite_differences":
        return name != "difference_errors"  # the other is the answer of a step
    if _MODULES.match(module) or (name and _MODULES.match(f"{module}.{name}")):
        return True
    inside_torch = module.split(".")[0] == "torch"
    return inside_torch and (computes(name, of_torch=True) or reads(name))


def speaks_of_autograd(text: str) -> bool:
    """Whether one of the identifiers in a text is an attribute of autograd's."""
    words = re.findall(r"\w+", text)
    return any(computes(word) or reads(word) or word == "requires_grad" for word in words)
