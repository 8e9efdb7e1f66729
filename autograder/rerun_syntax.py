"""What the statements of a cell read, make and change, and whether running them again is safe.

Safe means: it computes. It opens no file, changes no setting, draws no picture, asks nobody. This
is care for a student's own notebook, not a wall against an attacker.
"""

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any

import torch

__all__ = [
    "changed_by",
    "computes",
    "is_idle",
    "loops_over",
    "made_by",
    "read_by",
    "statements_of",
    "touched_in",
]

_MODULES = ("torch", "math", "numpy", "itertools", "functools", "operator", "builtins", "_operator")
_CALCULATING = """
    abs all any bool complex dict divmod enumerate filter float frozenset int isinstance iter len
    list map max min next pow print range reversed round set slice sorted str sum tuple type zip
    NotImplementedError ValueError
"""
# Attributes by which a calculation would leave its tensors, or change what others share.
_LEAVING = """
    autograd backward compile dump from_file fromfile func grad hub jit load memmap register_hook
    requires_grad_ save savetxt seed set_default_device set_default_dtype set_default_tensor_type
    set_grad_enabled set_num_threads set_printoptions tofile
"""
_BUILTINS, _LEAVES = frozenset(_CALCULATING.split()), frozenset(_LEAVING.split())
_IN_PLACE = ("append", "extend", "insert", "update", "setdefault", "pop", "clear")
_REFUSED = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.AsyncFunctionDef, ast.ClassDef, ast.Global)
_TIMERS = ("time", "timeit", "capture")


@lru_cache(maxsize=4096)
def statements_of(cell: str) -> tuple[ast.stmt, ...]:
    """The statements of a cell as IPython keeps it; none if it is no Python."""
    try:
        body = ast.parse(cell).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    match body:
        case [ast.Expr(ast.Call(ast.Attribute(attr="run_cell_magic"), [magic, _, code]))]:
            if isinstance(magic, ast.Constant) and magic.value in _TIMERS:
                return statements_of(code.value) if isinstance(code, ast.Constant) else ()
    return tuple(body)


@lru_cache(maxsize=4096)
def touched_in(cell: str) -> frozenset[str]:
    """All the names that a cell makes or changes."""
    return frozenset().union(*(made_by(one) | changed_by(one) for one in statements_of(cell)))


def is_idle(statement: ast.stmt) -> bool:
    """Whether a statement can be left out: it makes and changes no variable."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass | ast.Assert):
        return True  # what an import made is there already
    return isinstance(statement, ast.Expr) and not changed_by(statement)


def made_by(statement: ast.stmt) -> set[str]:
    """The names that a statement binds, at the cell's own level."""
    return set(_bound(statement))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif not isinstance(node, ast.Lambda | _COMPREHENSIONS):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def loops_over(statement: ast.stmt) -> set[str]:
    """The variables that count the rounds of a statement's loops."""
    loops = (node for node in ast.walk(statement) if isinstance(node, ast.For))
    return {name for loop in loops for name in _bound(loop.target)}


def changed_by(statement: ast.stmt) -> set[str]:
    """The variables that a statement may change in place: `x += y`, `x[i] = y`, `x.add_(y)`."""
    changed = set()
    for node in ast.walk(statement):
        match node:
            case ast.AugAssign(target=target):
                changed.add(_root(target))
            case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
                changed.add(_root(node))
            case ast.Call(func=ast.Attribute(value=value, attr=attribute)) if (
                attribute in _IN_PLACE or (attribute.endswith("_") and attribute[:1] != "_")
            ):
                changed.add(_root(value))
            case ast.keyword(arg="out", value=value):
                changed.add(_root(value))
    return changed - {""}


def _root(node: ast.AST) -> str:
    """The variable at the beginning of `x[i].view(-1)`."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return ""
    return node.id


def read_by(statement: ast.stmt) -> set[str]:
    """The names that a statement looks up; those of inner functions and loops included."""
    names = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    added = {
        node.target.id
        for node in ast.walk(statement)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    return names | added


def computes(
    statement: ast.stmt, namespace: Mapping[str, Any], defined: Callable[[str], bool]
) -> bool:
    """Whether a statement does nothing but calculate.

    ``namespace`` tells what a name stands for, ``defined`` whether it was made by a cell (a
    function of the student's, which is looked at in its own cell).
    """
    local = set(_bound(statement)) | _parameters(statement)

    def calls_well(function: ast.expr) -> bool:
        match function:
            case ast.Name(id=name):
                if name in local or defined(name):
                    return True
                if name not in namespace:
                    return name in _BUILTINS
                return _of_modules(namespace[name])
            case ast.Attribute():
                return True  # every attribute and every module is looked at below
        return isinstance(function, ast.Lambda | ast.Call | ast.Subscript)

    for node in ast.walk(statement):
        match node:
            case ast.Call(func=function) if not calls_well(function):
                return False
            case ast.Attribute(attr=name) if name in _LEAVES or name.startswith("__"):
                return False
            case ast.Name(id=name) if isinstance(namespace.get(name), ModuleType):
                if namespace[name].__name__.partition(".")[0] not in _MODULES:
                    return False
            case ast.Name(id=name) if type(namespace.get(name)).__module__ == "autograder.check":
                return False  # a check that runs in the cell it runs again would never end
            case ast.ExceptHandler(type=None) | ast.ExceptHandler(type=ast.Name("BaseException")):
                return False  # it would swallow the limit on a run
        if isinstance(node, (*_REFUSED, ast.Import, ast.ImportFrom)):
            return False
    return True


def _parameters(statement: ast.stmt) -> set[str]:
    return {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)}


def _of_modules(value: Any) -> bool:
    """Whether a callable belongs to torch, math, numpy or Python's own operators."""
    if getattr(value, "__name__", "") in _LEAVES:
        return False
    if value in (torch.Tensor, torch.tensor, math.prod):
        return True
    module = getattr(value, "__module__", None) or getattr(type(value), "__module__", "")
    return callable(value) and str(module).partition(".")[0] in _MODULES and _harmless(value)


def _harmless(value: Any) -> bool:
    """Of Python's own functions those that only calculate: not `open`, not `exec`."""
    module = getattr(value, "__module__", None)
    return module != "builtins" or getattr(value, "__name__", "") in _BUILTINS
