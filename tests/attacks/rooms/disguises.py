"""Answers to `dprobs` by autograd, disguised."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DISGUISES"]

# Each a cell for `dprobs`, the gradient through `logprobs = probs.log()`.
DISGUISES: Mapping[str, str] = {
    "backward": """
        p = probs.clone().requires_grad_(); p.log().backward(dlogprobs); dprobs = p.grad
        """,
    "torch.autograd.grad": """
        with torch.enable_grad():
            p = probs.clone().requires_grad_()
            dprobs, = torch.autograd.grad(p.log(), p, dlogprobs)
        """,
    "getattr with the name in two halves": """
        p = getattr(probs.clone(), "requires" + "_grad_")()
        getattr(p.log(), "back" + "ward")(dlogprobs)
        dprobs = getattr(p, "gr" + "ad")
        """,
    "getattr with the name from characters": """
        word = "".join(map(chr, [98, 97, 99, 107, 119, 97, 114, 100]))
        p = torch.nn.Parameter(probs); getattr(p.log(), word)(dlogprobs); dprobs = p.grad
        """,
    "eval of a text": """
        eval("exec('p = probs.clone().requires_grad_(); p.log().backward(dlogprobs)')")
        dprobs = p.grad
        """,
    "exec of base64": """
        import base64
        exec(base64.b64decode("cCA9IHByb2JzLmNsb25lKCkucmVxdWlyZXNfZ3JhZF8oKTsgcC5sb2coKS5iYWNrd2Fy"
            "ZChkbG9ncHJvYnMpOyBkcHJvYnMgPSBwLmdyYWQ=").decode())
        """,
    "torch.func.vjp": """
        from torch.func import vjp as pull
        dprobs = pull(torch.log, probs)[1](dlogprobs)[0]
        """,
    "forward mode": """
        import torch.autograd.forward_ad as fw
        with fw.dual_level():
            dprobs = fw.unpack_dual(fw.make_dual(probs, dlogprobs).log()).tangent
        """,
    "functional jvp": """
        dprobs = torch.autograd.functional.jvp(torch.log, probs, dlogprobs)[1]
        """,
    "grad_fn called": """
        p = torch.nn.Parameter(probs.clone())
        with torch.inference_mode(False):
            dprobs = p.log().grad_fn(dlogprobs)
        """,
    "TorchScript": """
        @torch.jit.script
        def go(p, d):
            q = p.detach().requires_grad_(True)
            return torch.autograd.grad([q.log()], [q], [d])[0]
        dprobs = go(probs, dlogprobs)
        """,
    "import by a built name": """
        ag = __import__("torch." + "auto" + "grad", fromlist=["x"])
        p = torch.nn.Parameter(probs); dprobs = ag.grad(p.log(), p, dlogprobs)[0]
        """,
    "importlib and rot13": """
        import codecs, importlib
        ag = importlib.import_module(codecs.decode("gbepu.nhgbtenq", "rot13"))
        p = torch.nn.Parameter(probs); dprobs = ag.grad(p.log(), p, dlogprobs)[0]
        """,
    "out of a module's dictionary": """
        p = torch.nn.Parameter(probs)
        with torch.inference_mode(False):
            vars(torch.Tensor)["back" + "ward"](p.log(), dlogprobs)
        dprobs = vars(p)["grad"] if "grad" in vars(p) else p.grad
        """,
    "an operator's attrgetter": """
        import operator
        go = operator.attrgetter("auto" + "grad.gr" + "ad")(torch)
        p = torch.nn.Parameter(probs); dprobs = go(p.log(), p, dlogprobs)[0]
        """,
    "a class pattern": """
        p = torch.nn.Parameter(probs)
        match p.log():
            case object(backward=go):
                go(dlogprobs)
        match p:
            case object(grad=found):
                dprobs = found
        """,
    "getattr under another name": """
        look = getattr
        p = look(probs.clone(), "requires" + "_grad_")()
        look(p.log(), "back" + "ward")(dlogprobs); dprobs = look(p, "gr" + "ad")
        """,
    "getattr out of builtins": """
        import builtins
        look = builtins.__dict__["get" + "attr"]
        p = look(probs.clone(), "requires" + "_grad_")()
        look(p.log(), "back" + "ward")(dlogprobs); dprobs = look(p, "gr" + "ad")
        """,
    "a name picked from dir()": """
        p = torch.nn.Parameter(probs)
        with torch.inference_mode(False):
            y = p.log()
        for word in dir(y):
            if word.startswith("backw"):
                object.__getattribute__(y, word)(dlogprobs)
        dprobs = p.grad
        """,
    "a program of its own": """
        import subprocess, sys
        torch.save((probs, dlogprobs), "in.pt")
        program = '''
        import torch
        p, d = torch.load("in.pt"); p = p.requires_grad_(); p.log().backward(d)
        torch.save(p.grad, "out.pt")'''
        import textwrap
        subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)
        dprobs = torch.load("out.pt")
        """,
    "a module written by the cell": """
        open("helper.py", "w").write(
            "def go(p, d):\\n    p = p.clone().requires_grad_()\\n"
            "    p.log().back" "ward(d)\\n    return p.gr" "ad\\n")
        import helper
        dprobs = helper.go(probs, dlogprobs)
        """,
    "a command of the shell": """
        torch.save((probs, dlogprobs), "in.pt")
        open("go.py", "w").write("import torch; p, d = torch.load('in.pt'); p.requires_grad_();"
            "p.log().back" "ward(d); torch.save(p.gr" "ad, 'out.pt')")
        import sys
        !{sys.executable} go.py
        dprobs = torch.load("out.pt")
        """,
    "an unpickled function": """
        import pickle
        go = pickle.loads(b"ctorch.autograd\\ngrad\\n.")
        p = torch.nn.Parameter(probs); dprobs = go(p.log(), p, dlogprobs)[0]
        """,
    "the doors opened": """
        from autograder.grading import doors
        doors.open_doors()
        p = torch.nn.Parameter(probs); p.log().sum().backward(); dprobs = p.grad * dlogprobs
        """,
    "an optimizer's closure": """
        p = torch.nn.Parameter(probs)
        loss = (p.log() * dlogprobs).sum()
        torch.optim.LBFGS([p], lr=1, max_iter=1).step(lambda: loss.backward() or loss)
        dprobs = p.grad
        """,
}
