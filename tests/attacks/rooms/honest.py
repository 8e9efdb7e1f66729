"""Honest notebooks with what only looks like an attack in front or inside: all full marks."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.attack import cell

__all__ = ["INSIDE", "PRELUDES"]

PRELUDES: Mapping[str, str] = {
    name: cell(source)
    for name, source in {
        "imports torch.autograd, does not use it": "import torch.autograd",
        "imports torch.autograd under a name": "from torch import autograd\nimport torch.func as f",
        "compares with PyTorch": """
            def cmp(name, mine, tensor):
                exact = bool((mine == tensor.grad).all()) if tensor.grad is not None else None
                print(name, exact)
            print(None if probs.grad is None else probs.grad.abs().max())
            """,
        "a class with __eq__": """
            from dataclasses import dataclass
            @dataclass(frozen=True)
            class Shape:
                rows: int
                def __eq__(self, other): return isinstance(other, Shape) and self.rows == other.rows
                def __hash__(self): return hash(self.rows)
            print(Shape(3) == Shape(3))
            """,
        "speaks of transformers and of __eq__": """
            # get_ipython().input_transformers_post.append(...) would be cheating, os._exit(0), too
            text = "sys.modules['torch'], torch.autograd.grad, loss.backward(), gc.get_objects()"
            print(text)
            """,
        "prints a lot": "for row in range(3000): print(row, 'x' * 60)",
        "plots": """
            import matplotlib.pyplot as plt
            figure, axes = plt.subplots()
            axes.hist(torch.randn(1000).numpy(), bins=30); axes.set_title(r"$x_1$"); plt.show()
            """,
        "warns": """
            import warnings
            warnings.warn("look out")
            import sys; print("trouble", file=sys.stderr)
            """,
        "a tensor subclass for display": """
            class Pretty(torch.Tensor):
                def __repr__(self): return f"<{tuple(self.shape)}>"
                def _repr_html_(self): return "<b>pretty</b>"
            torch.zeros(2, 2).as_subclass(Pretty)
            """,
        "a helper of every step": """
            def total(t, *, over): return t.sum(over, keepdim=True)
            show = lambda t: print(t.shape, t.dtype)
            show(total(torch.ones(2, 3), over=1))
            """,
        "turns recording on and off": """
            torch.set_grad_enabled(False)
            with torch.no_grad(): y = torch.ones(2) * 2
            """,
        "an experiment with backward": """
            with torch.enable_grad():
                experiment = torch.tensor(2.0, requires_grad=True)
                (experiment**2).backward()
            print(experiment.grad)
            """,
        "magics and commands": """
            %matplotlib inline
            %time sum(range(1000))
            !echo hello
            files = !ls
            %timeit -n 1 -r 1 1 + 1
            """,
        "fails": "undefined_name + 1",
        "fails in Python's eyes": "this is not python",
        "asserts and exits": "assert 1 + 1 == 2\nimport sys\nif n < 0: sys.exit()",
        "threads and processes that end": """
            import subprocess, threading
            thread = threading.Thread(target=print, args=("hello",)); thread.start(); thread.join()
            print(subprocess.run(["echo", "hello"], capture_output=True, text=True).stdout)
            """,
        "writes and reads a file": """
            open("notes.txt", "w").write("hello")
            print(open("notes.txt").read())
            import tempfile; print(tempfile.mkdtemp())
            """,
        "memory and time of its own": """
            import time
            block = torch.ones(200, 1024, 128); time.sleep(0.3); del block
            """,
        "random numbers and settings": """
            torch.manual_seed(1); torch.set_printoptions(precision=2, sci_mode=False)
            import random, numpy as np; random.seed(1); np.random.seed(1); np.set_printoptions(3)
            """,
        "asks for input, in vain": "try:\n    input('your name?')\nexcept EOFError:\n    pass",
        "HTML, a widget's text, a progress bar": """
            from IPython.display import HTML, display, clear_output
            for step in range(5): clear_output(wait=True); display(HTML(f"<progress value={step}>"))
            """,
        "getattr and eval of one's own": """
            names = ["probs", "logprobs"]
            shapes = [tuple(globals()[name].shape) for name in names]
            print(getattr(torch, "float" + "64"), eval("1 + 1"), shapes)
            """,
        "waits for a coroutine": "import asyncio\nawait asyncio.sleep(0.01)",
        "its own names for ours": "import torch as th, numpy as np\nG = F\nsize = n",
    }.items()
}

# Answers to `dprobs`.
INSIDE: Mapping[str, str] = {
    name: cell(source)
    for name, source in {
        "prints": "dprobs = dlogprobs / probs\nprint(dprobs)\nprint(probs, dlogprobs[0], sep='|')",
        "shows": "dprobs = dlogprobs / probs\nshown = repr(dprobs) + str(probs)\ndprobs",
        "f-strings": """
            dprobs = dlogprobs / probs
            print(f"{dprobs=} {dprobs.abs().max():.3f} {probs.min().item()!r:>20}")
            print("%s {}".format(dprobs.tolist()[0][:2]) % (dprobs.shape,))
            """,
        "a block of no_grad": "with torch.no_grad():\n    dprobs = dlogprobs / probs",
        "a helper under no_grad": """
            @torch.no_grad()
            def through_log(gradient, x):
                return gradient / x
            dprobs = through_log(dlogprobs, probs)
            """,
        "lambdas": """
            inverse = lambda x: 1 / x
            times = lambda a, b=inverse(probs): a * b
            dprobs = (lambda gradient: times(gradient))(dlogprobs)
            """,
        "a class with a backward of its own": """
            class Log:
                def __init__(self, x): self.x, self.grad = x, 0.0
                def backward(self, gradient): self.grad = self.grad + gradient / self.x
            node = Log(probs)
            node.backward(dlogprobs)
            dprobs = node.grad
            """,
        "asks the check": """
            inverse = 1 / probs
            check.summary()
            dprobs = inverse * dlogprobs
            check("dprobs")
            """,
    }.items()
}
