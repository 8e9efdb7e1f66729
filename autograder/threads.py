"""One thread for small tensors."""

import contextlib
from collections.abc import Iterator

import torch

__all__ = ["one_thread"]


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch compute in one thread, for a while.

    Some operations (`max` along a dimension) wake a second thread for a tensor of any size, and
    may wait for it a hundred times as long as they compute.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
