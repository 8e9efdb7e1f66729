"""From an exception to one short explanation: which words of PyTorch's mean which idea."""

import re
from collections.abc import Callable, Mapping

from autograder.exceptions import of_calls, of_indices, of_names, of_shapes, of_values
from autograder.exceptions.clue import Clue, read
from autograder.exceptions.infer import Described
from autograder.steps import Stage

__all__ = ["explain"]

_Rule = tuple[str, str, Callable[[Clue, re.Match[str]], str | None]]

# Name of the exception, what its message says, and who explains it; the first that fits does.
_RULES: tuple[_Rule, ...] = (
    ("NameError", r"name '(\w+)' is not defined", of_names.undefined),
    ("UnboundLocalError", r"local variable '(\w+)'", of_names.unbound),
    ("NotImplementedError", r"^$", of_values.untouched),
    ("NotImplementedError|TypeError", r"bitwise_xor|operand type\(s\) for \^", of_values.power),
    ("RuntimeError", r"shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
     of_shapes.matrix_product),
    ("RuntimeError", r"got input \(\d+\), mat \((\d+)x(\d+)\), vec \((\d+)\)",
     of_shapes.matrix_vector),
    ("RuntimeError", r"tensor a \((\d+)\) must match .* tensor b \((\d+)\) at .* dimension (\d+)",
     of_shapes.broadcasting),
    ("RuntimeError", r"output with shape (\[.*\]) doesn't match the broadcast shape (\[.*\])",
     of_shapes.enlarged_in_place),
    ("RuntimeError", r"shape '(\[.*\])' is invalid for input of size (\d+)", of_shapes.viewing),
    ("RuntimeError", r"expanded size .* Target sizes: (\[.*\])\.  Tensor sizes: (\[.*\])",
     of_shapes.expanding),
    ("RuntimeError", r"expand\(.*\{(\[.*\])\}, size=(\[.*\])\): the number of sizes provided",
     of_shapes.too_many_dimensions),
    ("IndexError", r"Dimension out of range .* \[-\d+, (\d+)\], but got (-?\d+)",
     of_shapes.dimension_range),
    ("IndexError", r"index (-?\d+) is out of bounds for dimension (\d+) with size (\d+)",
     of_indices.out_of_bounds),
    ("IndexError", r"too many indices for tensor of dimension (\d+)", of_indices.too_many),
    ("IndexError", r"tensors used as indices must be", of_indices.index_type),
    ("IndexError", r"indexing tensors could not be broadcast together with shapes (.*)",
     of_indices.index_lengths),
    ("RuntimeError|IndexError",
     r"value tensor of shape \[(.*)\] cannot be broadcast to indexing result of shape \[(.*)\]",
     of_indices.entries_set),
    ("TypeError", r"(index_add_?)\(\): argument 'dim' .* must be int, not Tensor",
     of_calls.index_add_dimension),
    ("IndexError|RuntimeError", r"index_add_\(\): (Index is supposed to be|Number of indices)",
     of_indices.scatter_index),
    ("RuntimeError", r"view size is not compatible", of_values.scattered_in_memory),
    ("TypeError|AttributeError", r"torch\.return_types\.(\w+)", of_values.two_results),
    ("TypeError|AttributeError", r"NoneType|ellipsis", of_values.nothing),
    ("TypeError",
     r"'(builtin_function_or_method|method_descriptor|function|method)' object "
     r"(is not subscriptable|does not support item assignment)", of_calls.square_brackets),
    ("TypeError|AttributeError", r"builtin_function_or_method|method_descriptor",
     of_values.method_without_brackets),
    ("TypeError", r"'\w+' object is not callable", of_values.called),
    ("AttributeError", r"module '([\w.]+)' has no attribute '(\w+)'", of_calls.function_of),
    ("TypeError", r"^(zeros|ones|empty)\(\)(:| takes)", of_calls.sizes_wanted),
    ("TypeError", r"^(stack|cat|concat)\(\): argument 'tensors' .* not Tensor",
     of_calls.list_of_tensors),
    ("RuntimeError", r"stack expects each tensor .* got (\[.*?\]) at entry \d+ and (\[.*?\])",
     of_calls.stacking),
    ("RuntimeError", r"^Sizes of tensors must match except|^Tensors must have same number of",
     of_calls.concatenating),
    ("RuntimeError", r"^Class values must be smaller than", of_calls.one_hot_classes),
    ("RuntimeError", r"einsum\(\): subscript (\w) has size (\d+) .* previously seen size (\d+)",
     of_calls.einsum_size),
    ("RuntimeError", r"einsum\(\): the number of subscripts .*?\((\d+)\) .*? dimensions \((\d+)\)",
     of_calls.einsum_letters),
    ("TypeError", r"^'(int|float)' object is not iterable", of_values.counted),
    ("RuntimeError", r"^Boolean value of Tensor with more than one", of_values.true_or_false),
    ("AttributeError", r"'Tensor' object has no attribute '(\w+)'", of_values.attribute),
    ("RuntimeError", r"can't be cast to the desired output type (Long|Int)",
     of_values.dtype_in_place),
    ("RuntimeError", r"same dtype, but got|same scalar type|expected scalar type",
     of_values.dtypes),
    ("RuntimeError", r"more than one element of the written-to tensor",
     of_values.in_place_on_copies),
    ("RuntimeError", r"leaf Variable that requires grad", of_values.in_place_on_record),
)  # fmt: skip

_LONGEST = 1000  # characters of a message that are looked at


def explain(
    error_name: str,
    message: str,
    source: str,
    line: int,
    shapes: Mapping[str, Described],
    stage: Stage | None = None,
) -> str | None:
    """What went wrong in line ``line`` (from 1) of a cell, in a sentence or two; often None.

    ``error_name`` and ``message`` are the exception's class name and text, ``source`` the cell's.
    ``shapes`` maps the names that exist to a tensor's shape or, for anything else, to words
    ("None", "a number"): see ``descriptions``. With ``stage`` the names of steps and of forward
    variables are known, too. Names stand in backticks. The source may be anyone's: it is parsed,
    never run.
    """
    for names, pattern, tell in _RULES:
        match = re.search(pattern, message[:_LONGEST])
        if match and error_name in names.split("|"):
            try:
                return tell(read(source, line, shapes, stage), match)
            except (ValueError, RecursionError, MemoryError):  # of absurd numbers and nesting
                return None
    return None
