"""Which names the statements of a cell read, and which they give a value or change."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import wraps
from typing import TypeGuard, TypeVar

__all__ = [
    "bound_names",
    "called_name",
    "definitions",
    "loaded_names",
    "nodes_of",
    "only_assigns",
    "rebound_names",
    "root_name",
    "words_in",
]

# Methods that change what they are called on; PyTorch's end in an underscore.
_CHANGING = frozenset({"append", "extend", "insert", "update", "add", "setdefault"})
_Told = TypeVar("_Told", tuple[ast.AST, ...], frozenset[str])
# What no notebook has computed.
_LIBRARIES = frozenset(
    (
        *("torch", "F", "math", "np", "numpy", "abs", "bool", "dict", "divmod", "float", "int"),
        *("len", "list", "max", "min", "pow", "range", "round", "sum", "tuple", "True", "False"),
    )
)
_DEEPEST = 6  # statements within statements
_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_IMPORTS = ast.Import | ast.ImportFrom


def _kept(ask: Callable[[ast.AST], _Told]) -> Callable[[ast.AST], _Told]:
    """Keep what is told of a statement or a whole cell with it: much is asked about each."""
    name = f"_told_by_{ask.__name__}"  # none of the fields of a node

    @wraps(ask)
    def told(tree: ast.AST) -> _Told:
        known: _Told | None = getattr(tree, name, None)
        if known is None:
            known = ask(tree)
            if isinstance(tree, ast.mod | ast.stmt):
                setattr(tree, name, known)
        return known

    return told


@_kept
def nodes_of(tree: ast.AST) -> tuple[ast.AST, ...]:
    """All nodes in the order of ``ast.walk``, in a third of its time."""
    nodes = [tree]
    for node in nodes:  # it grows while it is read
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, ast.AST):
                nodes.append(value)
            elif isinstance(value, list):
                nodes += [item for item in value if isinstance(item, ast.AST)]
    return tuple(nodes)


@_kept
def loaded_names(tree: ast.AST) -> frozenset[str]:
    """Names that are read anywhere in the tree, functions' bodies included.

    Not those that the tree itself goes through: of loops, comprehensions and arguments.
    """
    own: set[str] = set()
    loaded = set()
    for node in nodes_of(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                loaded.add(name)
            case ast.For(target=target) | ast.comprehension(target=target):
                own |= {inner.id for inner in nodes_of(target) if isinstance(inner, ast.Name)}
            case ast.arg(arg=name):
                own.add(name)
    return frozenset(loaded - own)


@_kept
def rebound_names(tree: ast.AST) -> frozenset[str]:
    """Names that get another value by assignment, import, loop or definition.

    Not those of `x += ...` and `x[...] = ...`, which change the tensor that `x` has.
    """
    nodes = nodes_of(tree)
    augmented = {id(node.target) for node in nodes if isinstance(node, ast.AugAssign)}
    names = {
        node.id
        for node in nodes
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store | ast.Del)
        and id(node) not in augmented
    }
    for node in nodes:
        if isinstance(node, _SCOPES):
            names.add(node.name)
        elif isinstance(node, _IMPORTS):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    return frozenset(names)


@_kept
def bound_names(statement: ast.AST) -> frozenset[str]:
    """The names that a statement gives a value or whose value it may change.

    The latter are `x[...] = ...`, `x.attribute = ...`, `x += ...`, `x.add_(...)`, `x.append(...)`
    and `out=x`.
    """
    if isinstance(statement, _SCOPES):
        return frozenset((statement.name,))
    names = set(rebound_names(statement))
    for node in nodes_of(statement):
        match node:
            case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
                names |= _base(node)
            case ast.AugAssign(target=target):
                names |= _base(target)
            case ast.Call(func=ast.Attribute(value=value, attr=method)) if _changes(method):
                names |= _base(value)
            case ast.keyword(arg="out", value=value):
                names |= _base(value)
    return frozenset(names)


def only_assigns(tree: ast.Module, names: frozenset[str]) -> bool:
    """Whether a cell does nothing but assign to variables of these names."""
    assigning = all(isinstance(s, ast.Assign | ast.AnnAssign) for s in tree.body)
    return assigning and set().union(*map(bound_names, tree.body)) <= names


def _changes(method: str) -> bool:
    return method in _CHANGING or (method.endswith("_") and not method.startswith("_"))


def _base(node: ast.expr) -> set[str]:
    """The variable that a chain of attributes, subscripts and calls begins with."""
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return set()
    return {node.id}


def definitions(trees: Iterable[ast.Module]) -> Iterator[str]:
    """The statements of cells that define rather than compute, each as source text.

    Imports, functions (`lambda` and `partial` too), classes, other names of what has a name
    (`G = F`), and names for what is made of numbers, libraries and the like: `eps = 10**-5`,
    `sm = torch.nn.Softmax(1)`. Also within `if`, `for` and `try`, where nothing else is. A name
    that something else gives another value is no definition any more.
    """
    known = set(_LIBRARIES)
    defined: set[str] = set()
    for tree in trees:
        for statement in tree.body:
            names = bound_names(statement)
            if _defines(statement, known):
                with contextlib.suppress(RecursionError):  # nested far deeper than anybody writes
                    yield ast.unparse(statement)
                    known |= names
                    defined |= names
            elif stale := names & defined:
                yield f"del {', '.join(sorted(stale))}"
                known -= stale
                defined -= stale


def _defines(statement: ast.stmt, known: Collection[str], depth: int = _DEEPEST) -> bool:
    if not depth:
        return False
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return True
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Assign(targets=targets, value=value):
            names = all(isinstance(target, ast.Name | ast.Tuple) for target in targets)
            return names and (_is_fixed(value, known) or _is_name(value))
        case ast.AnnAssign(target=ast.Name(), value=ast.expr() as value):
            return _is_fixed(value, known) or _is_name(value)
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            return name in known and _is_fixed(value, known)
        case ast.If(test=test, body=body, orelse=other):
            return _is_fixed(test, known) and _all_define([*body, *other], known, depth)
        case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=last):
            handled = [line for handler in handlers for line in handler.body]
            return _all_define([*body, *handled, *other, *last], known, depth)
        case ast.For(target=ast.Name(id=name), iter=steps, body=body, orelse=other):
            inside = {*known, name}
            return _is_fixed(steps, known) and _all_define([*body, *other], inside, depth)
    return False


def _all_define(statements: Sequence[ast.stmt], known: Collection[str], depth: int) -> bool:
    inside = {*known}.union(*map(bound_names, statements))
    return all(
        isinstance(line, ast.Pass) or _defines(line, inside, depth - 1) for line in statements
    )


def _is_name(node: ast.expr) -> bool:
    """Whether an expression is a name of something, or a function made from what has a name."""
    match node:
        case ast.Name() | ast.Lambda():
            return True
        case ast.Attribute():
            return bool(root_name(node))
        case ast.Tuple(elts=items):
            return all(map(_is_name, items))
        case ast.Call(
            func=ast.Name(id="partial") | ast.Attribute(attr="partial"), args=args, keywords=named
        ):
            given = [*args, *(keyword.value for keyword in named)]
            return all(_is_fixed(value, _LIBRARIES) or _is_name(value) for value in given)
    return False


def _is_fixed(node: ast.expr, known: Collection[str]) -> bool:
    """Whether an expression is made of literals and of nothing else than what is ``known``."""
    own = {inner.id for inner in nodes_of(node) if _is_stored(inner)}
    return loaded_names(node) <= {*known, *own}


def _is_stored(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def called_name(function: ast.expr) -> str:
    """The last name of what is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def root_name(node: ast.expr) -> str:
    """The name that a chain of attributes begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


@_kept
def words_in(tree: ast.AST) -> frozenset[str]:
    """All names and attributes in a tree."""
    found = {node.id for node in nodes_of(tree) if isinstance(node, ast.Name)}
    return frozenset(found | {n.attr for n in nodes_of(tree) if isinstance(n, ast.Attribute)})
