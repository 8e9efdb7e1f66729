# %% [markdown]
# # 00 · Warm-up: sensitivity, a ruler, and four rules
#
# In this course you write every gradient of a small neural network by hand, and a check tells you
# after each one whether it is right. This first stage is short. It makes sure that everything
# works, and it collects the tools for the stages that follow.
#
# After it you will be able to
#
# - read a gradient as a sensitivity: how much the loss moves when one number moves;
# - walk backward through an expression with the chain rule, one operation at a time;
# - measure any gradient with finite differences, and choose a step size that makes the
#   measurement good;
# - use the four rules that the whole course rests on: what happens to gradients when a variable is
#   used twice, when it is broadcast, when it goes through a matrix product, and when rows of it
#   are picked out.
#
# You need Python, derivatives of functions of one variable, and a little PyTorch.
#
# **How to work.** Run the cells from top to bottom with Shift+Enter. Where a cell says
# `raise NotImplementedError()`, replace that line by your answer. The cell below it checks the
# answer.

# %% locked="setup"
import torch
import torch.nn.functional as F

from autograder import Check, CheckFailed
from autograder.figures.warmup import draw_neuron, draw_ruler_errors, draw_sensitivity
from autograder.figures.warmup_rules import (
    draw_broadcast,
    draw_gather,
    draw_product_shapes,
    draw_two_paths,
)
from autograder.finite_differences import difference_errors

torch.set_default_dtype(torch.float64)
check = Check("00_warmup", globals())

# %% [markdown]
# ## Is everything there?
#
# The next cell looks at your Python, your PyTorch, the number format and the list of names that
# the later stages learn from. Each line should begin with `ok`. If one does not, it says what to
# do.

# %% locked="environment"
import sys

from autograder.names import NamesError, load_names


def report(what, good, advice):
    """Print one line: all is well, or what to do."""
    print(f"ok  {what}" if good else f"!!  {what}: {advice}")


major, minor = (int(part) for part in torch.__version__.split(".")[:2])
report(
    "Python 3.11 or newer",
    sys.version_info >= (3, 11),
    "start the course with `make lab`, which brings its own Python environment",
)
report(
    "PyTorch 2.4 or newer",
    (major, minor) >= (2, 4),
    "run `make env`, or `pip install --upgrade torch`, and restart the kernel",
)
report(
    "numbers in float64",
    torch.get_default_dtype() == torch.float64,
    "run the cell above this one again",
)
try:
    load_names()
    advice = ""
except NamesError as error:
    advice = str(error)
report("the list of names", not advice, advice)

# %% [markdown]
# ## How `check` works
#
# Take a square with a side of 3. Its area is $\text{area} = \text{side}^2$, and the derivative is
#
# $$\frac{d\,\text{area}}{d\,\text{side}} = 2 \cdot \text{side}.$$
#
# Throughout the course, the gradient of a variable is called `d` and the variable's name: `dside`
# is the derivative of the final result (here the area, later a loss) with respect to `side`.

# %% locked="square"
side = torch.tensor(3.0)
area = side**2

# %% [markdown]
# A wrong answer costs nothing: you may check as often as you like. Here is one, for show. The check
# tells what is wrong and then raises an error, `CheckFailed`, which the demonstration catches. In
# your own cells nobody catches it: the notebook stops there, and you see at once where.

# %% tags=["nbval-ignore-output"]
dside = side**2  # wrong on purpose
try:
    check("dside")
except CheckFailed:
    print("The check has raised CheckFailed.")

# %% [markdown]
# Read such a message from the top.
#
# - The first line says what the mistake is, if the check can name it. To find out, it runs your
#   cell again on other numbers, and names a mistake only if that mistake gives your answer there,
#   too. Where it cannot name one, it says so.
# - Then comes what differs: the shape, how many entries, the largest difference with both numbers,
#   and the *ratio*, if your tensor is the right one times a constant.
# - *Read* is the section to read again, as a link.
# - The first picture shows where the answer differs: the darker, the more, with a circle around the
#   worst entry. Here there is only one. The second picture shows where the gradient stands between
#   its neighbors, with a mark on each that is right or wrong already.
#
# A right answer gets one quiet line. If a *Note* stands below it, the answer is right here but
# would be wrong on other numbers. The grader tries other numbers, so take a note seriously.
#
# Four more things to ask for, at any time:
#
# | you write | and get |
# | --- | --- |
# | `check.hint("dside")` | a hint: first the shapes, then the rule, at the third call the formula |
# | `check.summary()` | all the steps, how each one stands, and which is next |
# | `check.graph()` | the graph of the computation, with your progress on it |
# | `check.compare("dside")` | your answer, PyTorch's and the difference, side by side |
#
# The hints you use are counted for you and **never graded**. Here is the first one for `dside`:

# %%
del dside  # the wrong one: yours comes next
check.hint("dside")

# %% [markdown]
# When a cell of yours ends with an ordinary Python error, a line below it says what it means: the
# shapes that do not fit, or the variable you probably meant.
#
# *Exact*, which you may see beside a right answer, means equal to the last bit. Equal up to
# rounding counts just as much; a right formula may add its terms in another order than PyTorch
# does. The expected gradients come from PyTorch's automatic differentiation of the forward
# computation, and the check never changes your variables.
#
# Now it is your turn. The first point is a gift.

# %% solution="dside"
# dside: the derivative of area with respect to side, a single number, shape ()
### BEGIN SOLUTION
dside = 2 * side
### END SOLUTION

# %% check="dside"
check("dside")

# %% [markdown]
# ## A gradient is a sensitivity
#
# Nudge the input $x$ of a function by a small $\Delta x$ and the result moves by some $\Delta f$.
# The derivative is the exchange rate between the two,
#
# $$\Delta f \approx f'(x)\,\Delta x,$$
#
# and the approximation becomes better the smaller the nudge. The picture shows this for
# $f(x) = x \sin x$ at $x = 1$, where the slope is $f'(1) = \sin 1 + \cos 1 \approx 1.38$: a nudge
# of 0.05 moves the result by about 0.069.


# %% locked="wave"
def wave(x):
    return x * torch.sin(x)


# %%
draw_sensitivity(wave, point=1.0, nudge=0.5)

# %% [markdown]
# A network's loss has thousands of inputs in this sense: every weight is one. The *gradient* is
# the list of all these exchange rates, one for each weight, and always in the shape of the thing
# it belongs to. A weight matrix of shape `(30, 64)` has a gradient of shape `(30, 64)`, and the
# entry in row 2, column 5 says how the loss moves when the weight in row 2, column 5 is nudged and
# all others stay.
#
# Two consequences will save you much time:
#
# - **A gradient has the shape of its variable.** If the shapes differ, something is wrong before
#   you look at a single number.
# - **The gradient of the loss itself is 1.** Nudge the loss, and the loss moves by just as much.
#   There every walk backward begins.

# %% [markdown]
# ## The chain rule, one operation at a time
#
# Here is about the smallest thing that deserves to be called a neuron. It multiplies its signal
# $s$ by a weight $w$, adds a bias $b$, squashes the sum with tanh, and is punished by the square of
# its distance from a target $y$:
#
# $$z = w s + b, \qquad h = \tanh z, \qquad e = h - y, \qquad \text{loss} = e^2 .$$

# %% locked="neuron"
w, s = torch.tensor(0.8), torch.tensor(1.5)
b, y = torch.tensor(-0.3), torch.tensor(0.2)

z = w * s + b
h = torch.tanh(z)
e = h - y
loss = e**2
neuron = {"w": w, "s": s, "b": b, "y": y, "z": z, "h": h, "e": e, "loss": loss}

# %%
draw_neuron(neuron, {"w": None, "z": None, "h": None, "e": None})

# %% [markdown]
# How does the loss move when $w$ is nudged? The nudge travels: $w$ moves $z$, $z$ moves $h$, $h$
# moves $e$, and $e$ moves the loss. Each stretch has its own exchange rate, and exchange rates
# along a path multiply:
#
# $$\frac{\partial\,\text{loss}}{\partial w}
#   = \frac{\partial\,\text{loss}}{\partial e} \cdot
#     \frac{\partial e}{\partial h} \cdot
#     \frac{\partial h}{\partial z} \cdot
#     \frac{\partial z}{\partial w}.$$
#
# That is the chain rule. *Backpropagation* is the chain rule worked out from the left: begin at
# the loss and keep one number, the product so far. After the first factor this number is `de`,
# after the second `dh`, and so on. At each operation you need only two things:
#
# - the **upstream gradient**, which you have just computed: how the loss reacts to the *result* of
#   the operation;
# - the **local derivative**: how the result of the operation reacts to its *input*.
#
# Their product is the gradient of the input, and it is the upstream gradient of the operation
# before. Nothing else about the network matters at that place. This is why the method scales to
# networks of any size.
#
# The first step: $\text{loss} = e^2$. The upstream gradient is that of the loss, which is 1, and
# the local derivative of a square is $2e$.

# %% solution="de"
# de: shape ()
### BEGIN SOLUTION
de = 2 * e
### END SOLUTION

# %% check="de"
check("de")

# %% [markdown]
# Next, $e = h - y$. If $h$ grows by a little, $e$ grows by exactly that little: the local
# derivative is $\partial e / \partial h = 1$. Addition and subtraction let gradients through (with
# a minus sign for what is subtracted).

# %% solution="dh"
# dh: shape ()
### BEGIN SOLUTION
dh = de.clone()
### END SOLUTION

# %% check="dh"
check("dh")

# %% [markdown]
# Then $h = \tanh z$. The derivative of tanh can be written with its own *result*:
#
# $$\frac{d \tanh z}{dz} = 1 - \tanh^2 z = 1 - h^2 .$$
#
# That is convenient, because $h$ is already there. It also shows what saturation means: where $h$
# is close to $1$ or $-1$ this factor is close to 0, and no gradient gets through, however large the
# error is.

# %% solution="dz"
# dz: shape ()
### BEGIN SOLUTION
dz = (1 - h**2) * dh
### END SOLUTION

# %% check="dz"
check("dz")

# %% [markdown]
# Last, $z = w s + b$. How much does $z$ grow when $w$ grows by 1? By $s$: in a product the local
# derivative for one factor is the *other* factor. A weight on a large signal is a sensitive weight.

# %% solution="dw"
# dw: shape ()
### BEGIN SOLUTION
dw = s * dz
### END SOLUTION

# %% check="dw"
check("dw")

# %% [markdown]
# Here is the neuron with your gradients filled in. The loss of 0.267 would grow at a rate of 0.754
# for each unit by which the weight grows, so training would make the weight smaller.

# %%
draw_neuron(neuron, {"w": float(dw), "z": float(dz), "h": float(dh), "e": float(de)})

# %% [markdown]
# PyTorch does the same walk when you call `.backward()`. From the next stage on you do it yourself,
# for a whole network. Here it is once for comparison:

# %%
weight = w.clone().requires_grad_()
F.mse_loss(torch.tanh(weight * s + b), y).backward()
print(f"PyTorch: {weight.grad:.6f}, by hand: {dw:.6f}")

# %% [markdown]
# ## A ruler: finite differences
#
# How would you find a gradient if you did not trust any formula at all? By measuring it. Nudge one
# input by a small step $\delta$, run the forward computation again, and see how far the result has
# moved.
#
# One could nudge upward only. It is much better to nudge both ways. With Taylor's theorem,
#
# $$f(x \pm \delta) = f(x) \pm \delta f'(x) + \frac{\delta^2}{2} f''(x)
#   \pm \frac{\delta^3}{6} f'''(x) + \dots$$
#
# The one-sided difference $\frac{f(x + \delta) - f(x)}{\delta}$ is off by
# $\frac{\delta}{2} f''(x)$. In the **central difference** the even terms cancel:
#
# $$\frac{f(x + \delta) - f(x - \delta)}{2\delta} = f'(x) + \frac{\delta^2}{6} f'''(x) + \dots$$
#
# With $\delta = 10^{-3}$ this is an error of about $10^{-6}$ in place of $10^{-3}$, for the price
# of one more evaluation.
#
# When $x$ is a tensor, each entry gets its own measurement: entry $i$ of the gradient is
#
# $$g_i = \frac{f(x + \delta\,u_i) - f(x - \delta\,u_i)}{2\delta},$$
#
# where $u_i$ is 1 at entry $i$ and 0 elsewhere. All other entries stay where they are.
#
# Write `numerical_gradient(function, x, step)`. `function` takes a tensor in the shape of `x` and
# returns a single number (a tensor of shape `()`); `x` has any shape, also `(2, 3)` or `()`. The
# result has the shape of `x`.
#
# Two things to watch. `x` belongs to the caller, so move entries of a copy (`x.clone()`). And a
# loop over all entries of a tensor, whatever its shape, is easiest through a flat view:
# `flat = t.view(-1)` shares its memory with `t`, so that a change to `flat[i]` is a change to `t`.


# %% solution="numerical_gradient"
def numerical_gradient(function, x, step):
    """The central differences of `function` at `x`, entry by entry; the shape of `x`."""
    ### BEGIN SOLUTION
    gradient = torch.zeros_like(x)
    for i in range(x.numel()):
        above, below = x.clone(), x.clone()
        above.view(-1)[i] += step
        below.view(-1)[i] -= step
        gradient.view(-1)[i] = (function(above) - function(below)) / (2 * step)
    return gradient
    ### END SOLUTION


# %% check="numerical_gradient" tags=["nbval-ignore-output"]
check("numerical_gradient")

# %% [markdown]
# ### Choosing the step
#
# By the formula the error falls with $\delta^2$, so why not take $\delta = 10^{-15}$? Because a
# computer rounds. A number is kept with a relative error of about $\varepsilon$:
#
# | format | $\varepsilon$ | digits |
# | --- | --- | --- |
# | `float32` | $1.2 \cdot 10^{-7}$ | 7 |
# | `float64` | $2.2 \cdot 10^{-16}$ | 16 |
#
# The two values $f(x + \delta)$ and $f(x - \delta)$ each carry an error of about
# $\varepsilon |f|$. Their difference is small, but its error is not, and then it is divided by
# $2\delta$. So there are two errors, and they pull in opposite directions:
#
# $$\text{error}(\delta) \approx
#   \underbrace{\frac{\delta^2}{6}\,|f'''|}_{\text{the curve bends}}
#   + \underbrace{\frac{\varepsilon\,|f|}{\delta}}_{\text{rounding}} .$$
#
# On logarithmic axes the first is a line that rises with slope 2, the second one that falls with
# slope $-1$. Together they make a V. The next cell measures it for the function from above, at 41
# points between 0.9 and 1.1, in both formats.

# %% locked="ruler-errors"
points = torch.linspace(0.9, 1.1, 41)
steps = torch.logspace(-15, 0, 61)
errors = {
    "float32": difference_errors(wave, points.float(), steps.tolist()),
    "float64": difference_errors(wave, points, steps.tolist()),
}

# %%
draw_ruler_errors(steps, errors, goal=1e-9)

# %% [markdown]
# The bottom of the V lies where the two errors are about equal. With $|f|$ and $|f'''|$ of the
# order of 1 that is at $\delta \approx \sqrt[3]{\varepsilon}$, and the error there is about
# $\varepsilon^{2/3}$.
#
# For `float32` this best error is some $2 \cdot 10^{-5}$; for `float64` it is some
# $4 \cdot 10^{-11}$. A ruler in `float32` cannot tell a small mistake from rounding. **That is why
# stages 00 to 03 compute in `float64`**: a right gradient then differs from the reference in the
# last few of 16 digits, a wrong one in the first few, and there is nothing in between to argue
# about. Training needs speed more than digits, and so stage 04 goes back to `float32`.
#
# Choose a step from the picture with which `float64` stays below the goal: an error of less than
# $10^{-9}$ everywhere between 0.9 and 1.1.

# %% solution="good_step"
# good_step: one number
### BEGIN SOLUTION
good_step = 1e-5
### END SOLUTION

# %% check="good_step"
check("good_step")

# %% [markdown]
# Now measure the weight of the neuron with your own ruler:


# %%
def neuron_loss(weight):
    return (torch.tanh(weight * s + b) - y) ** 2


measured = numerical_gradient(neuron_loss, w, good_step)
print(f"measured: {measured:.6f}, by the chain rule: {dw:.6f}")

# %% [markdown]
# The ruler is honest but slow. It needs two forward passes *for each number* in the gradient. The
# network of stage 04 has 12,297 parameters, so one gradient would cost 24,594 forward passes; a
# backward pass gives all of it for the price of about two. Keep the ruler for measuring, and use
# the chain rule for working.

# %% [markdown]
# ## Rule 1: a variable used twice sums its gradients
#
# So far each variable had one consumer. Now let $a$, of shape `(4,)`, be used in two places:
#
# $$\text{left} = a^2, \qquad \text{right} = c \cdot a, \qquad
#   \text{loss} = \sum_i \text{left}_i \, \text{right}_i .$$
#
# All products are taken entry by entry. A nudge of $a$ reaches the loss by two roads, and the loss
# feels both movements at once. So the effects add:
#
# $$\frac{\partial\,\text{loss}}{\partial a}
#   = \frac{\partial\,\text{loss}}{\partial\,\text{left}} \cdot
#     \frac{\partial\,\text{left}}{\partial a}
#   + \frac{\partial\,\text{loss}}{\partial\,\text{right}} \cdot
#     \frac{\partial\,\text{right}}{\partial a}.$$

# %%
draw_two_paths()

# %% [markdown]
# The upstream gradients are given: in the product $\text{left} \cdot \text{right}$ the derivative
# for one factor is the other one.

# %% locked="twice"
a = torch.tensor([0.5, -1.0, 2.0, 1.5])
c = torch.tensor([3.0, 1.0, -0.5, 2.0])

left = a**2
right = c * a
loss_twice = (left * right).sum()

dleft = right.clone()
dright = left.clone()

# %% [markdown]
# Write `da`. The mistake to avoid is to set `da` for the first road and to *overwrite* it for the
# second.

# %% solution="da"
# da: shape (4,)
### BEGIN SOLUTION
da = 2 * a * dleft + c * dright
### END SOLUTION

# %% check="da"
check("da")

# %% [markdown]
# You can verify this one without any rule: the loss is $\sum_i c_i a_i^3$, with derivative
# $3 c_i a_i^2$. Two thirds of it came by the left road, one third by the right. In a real network
# no such shortcut exists, and the two roads may be many operations long.
#
# ## Rule 2: broadcast forwards is sum backwards
#
# PyTorch lets you add a row of shape `(1, 3)` to a matrix of shape `(4, 3)`. It behaves as if the
# row had been copied four times. But a copied variable is a variable used four times, and by rule 1
# its gradients add up. So a copy along a dimension turns, on the way back, into a sum along the
# same dimension.

# %% locked="broadcast"
one_row = torch.tensor([[0.7, 0.3, -0.4]])
copy_gradients = torch.tensor(
    [[0.6, -0.5, 0.2], [-1.5, 0.4, 1.0], [0.7, -0.9, 0.1], [-0.2, -1.0, 0.4]]
)

# %%
draw_broadcast(one_row, copy_gradients)

# %% [markdown]
# Broadcasting copies in two ways. Shapes are written one below the other, flush right; then
#
# - dimensions that are missing on the left are put in front: `(3,)` acts as `(1, 3)`;
# - a dimension of size 1 is stretched to the size it meets.
#
# | variable | broadcast to | backwards |
# | --- | --- | --- |
# | `(1, 3)` | `(4, 3)` | sum over dimension 0, which stays with size 1 |
# | `(4, 1)` | `(4, 3)` | sum over dimension 1, which stays with size 1 |
# | `(3,)` | `(4, 3)` | sum over dimension 0, which disappears |
# | `()` | `(4, 3)` | sum over everything |
# | `(4, 1)` | `(2, 4, 3)` | sum over dimension 0, which disappears, and over 2, which stays |
#
# Write `unbroadcast(gradient, shape)`: `gradient` is the gradient of the broadcast result, `shape`
# (a tuple) is the shape of the variable before it was broadcast. Return the gradient of the
# variable, in that shape. If nothing was broadcast, there is nothing to sum.
#
# A trap in PyTorch: summing over an *empty* tuple of dimensions sums over all of them.


# %% solution="unbroadcast"
def unbroadcast(gradient, shape):
    """The gradient of a variable of that shape, from the gradient of its broadcast copy."""
    ### BEGIN SOLUTION
    while gradient.ndim > len(shape):
        gradient = gradient.sum(0)
    for dimension, size in enumerate(shape):
        if size == 1:
            gradient = gradient.sum(dimension, keepdim=True)
    return gradient
    ### END SOLUTION


# %% check="unbroadcast"
check("unbroadcast")

# %% [markdown]
# You will meet this rule in every layer: a bias of shape `(64,)` is added to a batch of shape
# `(32, 64)`, so the gradient of the bias is a sum over the batch. The rule works the other way
# round, too. A *sum* forwards is a *broadcast* backwards, for each summand moves the sum by exactly
# as much as it moves itself.
#
# ## Rule 3: the two transposes of a matrix product
#
# Let $P = A B$ with $A$ of shape `(5, 3)` and $B$ of shape `(3, 4)`, so that $P$ has shape
# `(5, 4)`. In the notebook $P$ is called `product`.

# %%
draw_product_shapes(rows=5, inner=3, columns=4)

# %% [markdown]
# Entry by entry, a matrix product is
#
# $$P_{ij} = \sum_k A_{ik} B_{kj} .$$
#
# Which entries of $P$ does $A_{ik}$ take part in? All of row $i$: once in each column $j$, with the
# factor $B_{kj}$. By rule 1 the roads add up,
#
# $$dA_{ik} = \sum_j dP_{ij} \, B_{kj} , \qquad\text{and in the same way}\qquad
#   dB_{kj} = \sum_i A_{ik} \, dP_{ij} .$$
#
# Both are matrix products again. A matrix product sums over the *last* index of its first factor
# and the *first* index of its second. In $dA$ the summed index $j$ is last in both factors, in $dB$
# the summed index $i$ is first in both. So each time one factor has to be transposed.
#
# You never have to remember which. The gradient of $A$ is made of $dP$ and the *other* factor, $B$,
# and it must have the shape of $A$. There is only one way to put a `(5, 4)` and a `(3, 4)` together
# so that a `(5, 3)` comes out. Find it, and then the one for $B$.

# %% locked="product"
generator = torch.Generator().manual_seed(3)
A = torch.randn(5, 3, generator=generator)
B = torch.randn(3, 4, generator=generator)
pull = torch.randn(5, 4, generator=generator)

product = A @ B
loss_product = (product * pull).sum()

dproduct = pull.clone()

# %% solution="dA"
# dA: shape (5, 3)
### BEGIN SOLUTION
dA = dproduct @ B.T
### END SOLUTION

# %% check="dA"
check("dA")

# %% solution="dB"
# dB: shape (3, 4)
### BEGIN SOLUTION
dB = A.T @ dproduct
### END SOLUTION

# %% check="dB"
check("dB")

# %% [markdown]
# The sizes 5, 3 and 4 are all different here on purpose. With square matrices every arrangement has
# a fitting shape, and only the derivation with indices tells you which one is right.
#
# ## Rule 4: gather forwards is scatter-add backwards
#
# Networks for text keep a table with one row for each character, and pick out the rows of the
# characters in front of them. With a table $T$ of shape `(5, 3)` and a list of six row numbers $r$,
# the result $P$ = `table[rows]` has shape `(6, 3)`, and
#
# $$P_{i} = T_{r_i} \qquad\text{(row } i \text{ of } P \text{ is row } r_i \text{ of } T\text{)}.$$
#
# Rows may be picked several times, and some not at all.

# %% locked="gather"
table = torch.tensor(
    [[0.3, -0.4, -0.5], [-1.6, 0.1, 2.6], [-1.8, 1.6, -1.3], [0.3, -0.5, 1.4], [2.5, 0.4, -1.0]]
)
rows = torch.tensor([2, 0, 2, 4, 2, 0])
push = torch.tensor(
    [
        [-1.0, -0.3, 0.3],
        [-0.8, 1.2, 0.6],
        [-0.9, 1.9, 1.1],
        [0.1, -0.9, 0.2],
        [-0.9, 0.5, -0.5],
        [-0.2, 1.2, 0.8],
    ]
)

picked = table[rows]
loss_picked = (picked * push).sum()

dpicked = push.clone()

# %%
draw_gather(table, rows, dpicked)

# %% [markdown]
# A row that is picked three times is used three times, and by rule 1 its gradients add up. A row
# that is never picked does not move the loss, and its gradient is zero:
#
# $$dT_m = \sum_{i \,:\, r_i = m} dP_i .$$
#
# So each row of `dpicked` is sent back to the row of the table it came from, and *added* to what is
# there already. This is called scatter-add.
#
# Write `dtable`, beginning with zeros in the shape of the table. A loop over the picks is a fine
# answer. If you are curious, try `dtable[rows] += dpicked` as well and look closely at what the
# check says: with a list of rows, PyTorch reads all the old rows first and writes all the new ones
# afterward, so that of several writes to one row only one is left.

# %% solution="dtable"
# dtable: shape (5, 3)
### BEGIN SOLUTION
dtable = torch.zeros_like(table)
for pick, row in enumerate(rows):
    dtable[row] += dpicked[pick]
### END SOLUTION

# %% check="dtable"
check("dtable")

# %% [markdown]
# ## The ruler has the last word
#
# Four rules, four kinds of gradient: measure them all. A difference of less than $10^{-7}$ is far
# above the error of the ruler and far below that of any mistake.


# %%
def compare_with_ruler(name, function, x, by_hand):
    largest = (numerical_gradient(function, x, good_step) - by_hand).abs().max()
    print(f"{name:7} {'agrees with the ruler' if largest < 1e-7 else 'differs'}")


compare_with_ruler("da", lambda a: (a**2 * (c * a)).sum(), a, da)
compare_with_ruler("dA", lambda A: (A @ B * pull).sum(), A, dA)
compare_with_ruler("dB", lambda B: (A @ B * pull).sum(), B, dB)
compare_with_ruler("dtable", lambda table: (table[rows] * push).sum(), table, dtable)

# %% [markdown]
# ## Summary
#
# - A gradient says how the loss moves when a number moves, and has the shape of its variable.
# - Backpropagation multiplies the upstream gradient by the local derivative, one operation at a
#   time, from the loss to the inputs.
# - Central differences measure a gradient without any formula. Their error is a V: bending of the
#   curve on one side, rounding on the other. In `float64` the bottom is deep enough to trust.
# - A variable used twice sums its gradients. The other three rules are this one in disguise:
#   broadcasting, a matrix product and picking rows all use a number several times.
#
# Three questions to think about:
#
# 1. What is the gradient of $a$ for `loss = (a - a).sum()`? Find it with rule 1, without
#    simplifying first.
# 2. `centered = m - m.mean(0, keepdim=True)` uses `m` twice, and broadcasts. Which of the rules
#    do you need on the way back, and in which order?
# 3. The ruler needs two forward passes for each input. When would a function have so few inputs,
#    or so many results, that you would rather use the ruler than a backward pass?

# %%
check.summary()

# %% [markdown]
# **Next:** `01_unrolled`, the whole network: an embedding, two layers, batch norm and cross
# entropy, taken apart into single operations. You write the gradient of every one.
