# %% [markdown]
# # 02 · Cross entropy in one expression
#
# In stage 01 the loss took eight operations forwards and eight gradients backwards. Nearly all of
# that work cancels. In this stage you find out what is left.
#
# **What you will be able to do**
#
# - derive the Jacobian of softmax, and use it without ever building it for a batch;
# - derive the gradient of cross entropy with respect to the logits, and write it in one expression;
# - read that gradient as forces: a pull on the right character, pushes on all the others;
# - say what is gained by fusing operations: fewer of them, less memory, and gradients that stay
#   finite where those of the unrolled version turn into NaN;
# - write a `logsumexp` that no logit is too large for.
#
# You need paper. Every cell that says `raise NotImplementedError()` is yours; the cell below it
# checks your answer.

# %% locked="setup"
import matplotlib.pyplot as plt  # for pictures of your own
import torch
import torch.nn.functional as F

from autograder import Check
from autograder.figures import cross_entropy as pictures
from autograder.figures.forward_graph import draw_graph
from autograder.minibatch import draw_minibatch
from autograder.names import ALPHABET, build_dataset, load_names
from autograder.stages.cross_entropy import FUSED, UNROLLED, unrolled_backward
from autograder.stages.unrolled import GRAPH as NETWORK
from autograder.stages.unrolled import draw_parameters

torch.set_default_dtype(torch.float64)
check = Check("02_cross_entropy", globals())

# %% [markdown]
# ## The logits
#
# The network of stage 01 runs forwards on a minibatch of names, and we keep what it says in the
# end: the `logits`, one row for each of the `n = 32` examples and one column for each of the
# `27` characters. `Yb` holds, for each example, the index of the character that really came next.

# %% locked="logits"
generator = torch.Generator().manual_seed(2)
Xb, Yb = draw_minibatch(*build_dataset(load_names()), size=32, generator=generator)
n = len(Yb)
logits = NETWORK.forward({**draw_parameters(generator), "Xb": Xb, "Yb": Yb, "n": n})["logits"]
print("logits", tuple(logits.shape), " Yb", tuple(Yb.shape), " n", n)

# %% [markdown]
# From here to the loss stage 01 went this way. The arrows show what each variable is computed
# from. (In yellow, where the parameters were in stage 01, stand the logits: it is their gradient
# that we want.)

# %%
draw_graph(UNROLLED, UNROLLED.forward({"logits": logits, "Yb": Yb, "n": n}), columns=4)

# %% [markdown]
# ## Softmax
#
# Write $x_{ij}$ for the logit of example $i$ and character $j$. Softmax turns each row into
# probabilities:
#
# $$p_{ij} = \frac{e^{x_{ij}}}{\sum_k e^{x_{ik}}} .$$
#
# Adding the same number $c$ to a whole row changes nothing, because $e^{x + c} = e^c e^x$ and the
# factor $e^c$ stands above and below the line:
#
# $$\frac{e^{x_{ij} + c}}{\sum_k e^{x_{ik} + c}} = \frac{e^c\, e^{x_{ij}}}{e^c \sum_k e^{x_{ik}}} =
# p_{ij} .$$
#
# So we are free to choose $c$. With $c = -\max_k x_{ik}$ the largest exponent of each row is 0 and
# nothing can overflow, however large the logits are. Hold on to this freedom: it comes back
# three times in this stage.
#
# **Your turn.** Compute `probs` of shape `(32, 27)` from `logits`.

# %% solution="probs"
# probs: (32, 27), the softmax of each row of logits
### BEGIN SOLUTION
counts = (logits - logits.max(1, keepdim=True).values).exp()
probs = counts / counts.sum(1, keepdim=True)
### END SOLUTION

# %% check="probs"
check("probs")

# %% [markdown]
# ## How each probability answers to each logit
#
# Take a single row now and drop the index $i$: logits $x$ of shape `(v,)`, probabilities $p$ of
# shape `(v,)`. Raising one logit raises its own probability, and lowers all the others, since they
# share the total of 1. There are $v \times v$ such responses. Together they are the **Jacobian**
# of softmax,
#
# $$J_{ij} = \frac{\partial p_i}{\partial x_j}, \qquad p_i = \frac{e^{x_i}}{S}, \quad
# S = \sum_k e^{x_k} .$$
#
# The sum $S$ contains $e^{x_j}$ once, so $\partial S / \partial x_j = e^{x_j}$ for every $j$. The
# quotient rule does the rest, in two cases.
#
# *The probability's own logit*, $i = j$. Numerator and denominator both change:
#
# $$\frac{\partial p_i}{\partial x_i} = \frac{e^{x_i} S - e^{x_i} e^{x_i}}{S^2} = p_i - p_i^2 =
# p_i (1 - p_i) .$$
#
# *Another logit*, $i \neq j$. Only the denominator changes:
#
# $$\frac{\partial p_i}{\partial x_j} = \frac{0 \cdot S - e^{x_i} e^{x_j}}{S^2} = - p_i\, p_j .$$
#
# **Your turn.** Write the function that takes one row of logits and returns this matrix. Build it
# for any size $v$; the check calls it on rows of 2, 5 and 27 logits.


# %% solution="softmax_jacobian"
def softmax_jacobian(x):
    """x: (v,) logits of one example. Returns (v, v): entry [i, j] is d p_i / d x_j."""
    ### BEGIN SOLUTION
    p = F.softmax(x, 0)
    return torch.diag(p) - torch.outer(p, p)
    ### END SOLUTION


# %% check="softmax_jacobian"
check("softmax_jacobian")

# %% [markdown]
# Here is your Jacobian for five logits. Two things are worth seeing. Each *column* sums to zero:
# whatever one probability gains from a logit, the others lose. And each *row* sums to zero as well:
# if all logits rise together, no probability moves. That is the freedom of $c$ again, seen from
# the side of the derivative.

# %%
five = torch.tensor([2.0, 1.0, 0.0, -1.0, 0.5])
pictures.jacobian(softmax_jacobian(five), five)

# %% [markdown]
# ## The gradient for one example
#
# The loss of one example with target $y$ is the negative log-likelihood $\ell = -\log p_y$. Going
# backwards there are two moves.
#
# *Through the logarithm.* Of all the probabilities $\ell$ reads only $p_y$. So the gradient with
# respect to $p$, a vector of shape `(v,)`, has a single entry that is not zero:
#
# $$\frac{\partial \ell}{\partial p_i} = \begin{cases} -1 / p_y & i = y \\ 0 & i \neq y .
# \end{cases}$$
#
# *Through softmax.* The logit $x_j$ acts on the loss through every probability, so the chain rule
# sums over all of them; as a product of shapes `(v,) @ (v, v)`:
#
# $$\frac{\partial \ell}{\partial x_j} = \sum_i \frac{\partial \ell}{\partial p_i}\,
# \frac{\partial p_i}{\partial x_j} = \sum_i \frac{\partial \ell}{\partial p_i}\, J_{ij} .$$
#
# **Your turn.** Write a function that returns this gradient for one row of logits `x` and one
# target `y`. The plain way calls your `softmax_jacobian`. But look at the sum first: all its terms
# but one are zero, and in the one that remains something cancels. If you carry that out on paper,
# neither the matrix nor a division by $p_y$ is left.


# %% solution="example_gradient"
def example_gradient(x, y):
    """x: (v,) logits, y: index of the target. Returns (v,): the gradient of -log p_y."""
    ### BEGIN SOLUTION
    gradient = F.softmax(x, 0)
    gradient[y] -= 1
    return gradient
    ### END SOLUTION


# %% check="example_gradient"
check("example_gradient")

# %% [markdown]
# ## The derivation for the batch
#
# Now for the whole batch, and without the detour through the probabilities. The loss of the
# minibatch is
#
# $$L = \frac1n \sum_{i=1}^{n} \ell_i, \qquad \ell_i = -\log p_{i y_i} = -x_{i y_i} +
# \log \sum_k e^{x_{ik}} .$$
#
# **Write down, in LaTeX or in words with formulas,** how $\partial L / \partial x_{ij}$ follows
# from the right-hand form of $\ell_i$. Your instructor grades it, and looks for these four things:
#
# 1. the derivative of $\log \sum_k e^{x_{ik}}$, and what it is as a probability;
# 2. the two cases $j = y_i$ and $j \neq y_i$, brought together in one formula that holds for all
#    $i$ and $j$;
# 3. where the factor $1/n$ comes from, and why the rows do not mix;
# 4. why subtracting the maximum of each row, as the forward pass does, adds nothing to the
#    gradient.

# %% [markdown] manual="derivation"
# **1.** Let $S_i = \sum_k e^{x_{ik}}$. Only the term $k = j$ depends on $x_{ij}$, so
#
# $$\frac{\partial \log S_i}{\partial x_{ij}} = \frac{1}{S_i} \frac{\partial S_i}{\partial x_{ij}} =
# \frac{e^{x_{ij}}}{S_i} = p_{ij} .$$
#
# The derivative of the logarithm of the sum is the softmax.
#
# **2.** The other term, $-x_{i y_i}$, has derivative $-1$ with respect to its own logit,
# $j = y_i$, and $0$ with respect to any other. Hence $\partial \ell_i / \partial x_{ij}$ is
# $p_{ij} - 1$ for the target and $p_{ij}$ otherwise. With $\mathbf{1}[j = y_i]$, which is 1 if
# $j = y_i$ and 0 if not,
#
# $$\frac{\partial \ell_i}{\partial x_{ij}} = p_{ij} - \mathbf{1}[j = y_i] .$$
#
# **3.** $L$ is the mean of the $\ell_i$, and $x_{ij}$ occurs in no $\ell_{i'}$ with
# $i' \neq i$: each row of logits decides about its own example only. So a single term of the sum
# survives, and it carries the mean's factor:
#
# $$\frac{\partial L}{\partial x_{ij}} = \frac1n \left( p_{ij} - \mathbf{1}[j = y_i] \right) .$$
#
# **4.** With any $c_i$ subtracted from row $i$, $\ell_i = -(x_{i y_i} - c_i) +
# \log \sum_k e^{x_{ik} - c_i}$, and $\partial \ell_i / \partial c_i = 1 - \sum_k p_{ik} = 0$. The
# loss does not depend on $c_i$, so it does not matter that $c_i = \max_k x_{ik}$ itself depends on
# the logits: that path carries the gradient zero. This is `dlogit_maxes` of stage 01.

# %% [markdown]
# ## `dlogits` in one expression
#
# **Your turn.** Turn your formula into code for the whole batch. Read nothing but `logits`, `Yb`,
# `n`, `torch` and `F`: when your work is graded, nothing else may be there.
#
# You need a matrix of shape `(32, 27)` with a 1 in column `Yb[i]` of each row `i`, or a way to
# change just these 32 entries. You met both in stage 01.

# %% solution="dlogits"
# dlogits: (32, 27), from logits, Yb and n alone
### BEGIN SOLUTION
dlogits = (F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / n
### END SOLUTION

# %% check="dlogits"
check("dlogits")

# %% [markdown]
# One expression in place of eight gradients, and it agrees with autograd.
#
# ## Pushes and pulls
#
# Read a row of `dlogits` as forces on that example's logits. Descent moves a logit *against* its
# gradient. A positive entry therefore pushes its logit down, and a negative entry pulls it up.
# There is one negative entry in each row: the target's.

# %%
pictures.pushes_and_pulls(dlogits, Yb, row=3, alphabet=ALPHABET)

# %%
rows = dlogits.sum(1)
negative = (dlogits < 0).sum(1)
print("largest sum of a row: below 1e-15 is", bool(rows.abs().max() < 1e-15))
print("negative entries in each row:", negative.unique().tolist())

# %% [markdown]
# The rows sum to zero: pull and pushes of an example are in balance, like the forces on a system of
# pulleys. How hard it is pulled depends on how wrong the network is. If it gives the target the
# probability $p$, the pull is $(1 - p)/n$; a wrong character that it is sure of gets nearly all of
# the push. When the network is certain and right, the row is zero and nothing moves.
#
# These forces are the only thing that the network ever learns from. Everything further back, from
# `W2` to `C`, just passes them on.

# %% [markdown]
# ## What fusing saves
#
# Let us count, rather than believe. First the forward pass of the unrolled version, from its
# declaration: each operation writes a new array.

# %%
values = UNROLLED.forward({"logits": logits, "Yb": Yb, "n": n})
print(f"{'operation':<16}{'shape':<12}{'numbers written':>15}")
for name in UNROLLED.nodes:
    print(f"{name:<16}{tuple(values[name].shape)!s:<12}{values[name].numel():>15,}")
print(f"{'in all':<28}{sum(values[name].numel() for name in UNROLLED.nodes):>15,}")

# %% [markdown]
# Then the cost of going backwards. While the forward pass runs, autograd does two things: it
# records an operation for the backward pass, and it keeps the tensors that this operation will
# read. PyTorch lets us look at both. Your own formula needs nothing from the forward pass but the
# probabilities (or the logits, if they are computed again).


# %%
def cost_of_backward(forward):
    """The operations that autograd records, and the bytes it keeps for them until they run."""
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = forward(logits.clone().requires_grad_())
    operations, waiting = [], [loss.grad_fn]
    while waiting:
        operation = waiting.pop()
        if operation in operations or operation is None or operation.name().endswith("Grad"):
            continue  # seen already, or the leaf that collects the gradient
        operations.append(operation)
        waiting += [source for source, _ in operation.next_functions]
    return len(operations), sum(kept.values())


def unrolled_loss(logits):
    norm_logits = logits - logits.max(1, keepdim=True).values
    counts = norm_logits.exp()
    probs = counts * counts.sum(1, keepdim=True) ** -1
    return -probs.log()[range(n), Yb].mean()


unrolled_cost = cost_of_backward(unrolled_loss)
fused_cost = cost_of_backward(lambda logits: F.cross_entropy(logits, Yb))
print(f"{'':<26}{'operations':>12}{'bytes kept':>12}")
print(f"{'unrolled':<26}{unrolled_cost[0]:>12}{unrolled_cost[1]:>12,}")
print(f"{'fused (F.cross_entropy)':<26}{fused_cost[0]:>12}{fused_cost[1]:>12,}")
print(f"{'one (32, 27) array':<26}{'':>12}{logits.nbytes:>12,}")

# %% [markdown]
# With 27 characters nobody would mind. A language model has a vocabulary of some 50,000 tokens and
# predicts thousands of them at once, and there the logits are the largest array of all:

# %%
positions, vocabulary, bytes_per_number = 8192, 50_000, 4
one_array = positions * vocabulary * bytes_per_number / 1e9
print(f"one array of shape ({positions}, {vocabulary}) in float32: {one_array:.1f} GB")
for version, (_, kept) in (("unrolled", unrolled_cost), ("fused", fused_cost)):
    arrays = kept // logits.nbytes  # whole arrays; columns of shape (n, 1) do not matter here
    print(f"kept by the {version} version: {arrays} such arrays, {arrays * one_array:.1f} GB")

# %% [markdown]
# ## Where the unrolled version breaks
#
# Cost is one reason to fuse. The other is worse, because it is silent. Follow one entry that is
# *not* the target and whose logit lies far below the maximum of its row:
#
# - `norm_logits` is a large negative number, and `counts`, its exponential, is so small that
#   float64 has no number for it: it is rounded to 0. `probs` is 0 too, and `logprobs` is
#   $\log 0 = -\infty$.
# - The **loss** does not notice. It reads only the targets' entries of `logprobs`.
# - The **gradient** does. This entry's upstream gradient is 0, since the loss does not read it,
#   and the local derivative of the logarithm is $1/0 = \infty$. The chain rule multiplies
#   them, and $0 \cdot \infty$ is not a number.
# - One step further the sum over the row takes part in it, and the whole row is NaN. One matrix
#   product later so is every entry of `dW2`, and with the next update all of `W2`.
#
# This is no far-fetched case. Suppose that training goes *well*: in each row the largest logit is
# on the right character (we write these targets as `sure`), and the network becomes ever more
# certain. That is, all logits are multiplied by a growing `scale`. The function
# `unrolled_backward(logits, Yb)` gives the loss and its gradient through the eight operations, each
# with PyTorch's own backward:

# %% locked="sure"
sure = logits.argmax(1)
for scale in (1, 10, 100, 1000):
    value, gradient = unrolled_backward(scale * logits, sure)
    print(
        f"scale {scale:>5}: loss {float(value):8.4f}, NaN in the gradient: {gradient.isnan().any()}"
    )

# %% [markdown]
# **Your turn.** Find the scale at which it starts. Your `breaking_scale` is right if
#
# - at `breaking_scale * logits` the loss is finite and the gradient holds a NaN, and
# - at 99 % of it the gradient is still finite.
#
# You can search for it, with a loop that halves an interval. Or you can calculate it: the smallest
# positive number of float64 is about $4.94 \cdot 10^{-324}$, whatever is less than half of that is
# rounded to 0, and you know how far the lowest logit lies below the highest of its row.

# %% solution="breaking_scale"
# breaking_scale: a number
### BEGIN SOLUTION
works, breaks = 1.0, 1000.0
while breaks / works > 1.001:
    middle = (works * breaks) ** 0.5
    if unrolled_backward(middle * logits, sure)[1].isnan().any():
        breaks = middle
    else:
        works = middle
breaking_scale = breaks
### END SOLUTION

# %% check="breaking_scale"
check("breaking_scale")

# %% [markdown]
# And the fused gradient, at the same scales? Your expression for it takes no logarithm and divides
# by no probability: one that is rounded to 0 is simply 0, and nearly right. `F.cross_entropy` goes
# backwards in the same way, so let it stand for your expression here.

# %%
scales = [breaking_scale * 2 ** (k / 4) for k in range(-24, 7)]
losses, unrolled_rows, fused_rows = [], [], []
for scale in scales:
    value, gradient = unrolled_backward(scale * logits, sure)
    fused = FUSED.gradients({"logits": scale * logits, "Yb": sure, "n": n})["logits"]
    losses.append(float(value))
    unrolled_rows.append(int(gradient.isnan().any(1).sum()))
    fused_rows.append(int(fused.isnan().any(1).sum()))

pictures.breakdown(scales, losses, unrolled_rows, fused_rows, breaking_scale)

# %% [markdown]
# The loss curve above is the one you would watch in training. It looks better and better, to the
# very step at which the parameters are lost.

# %% [markdown]
# ## A `logsumexp` that cannot overflow
#
# The fused *loss* needs care as well. In the form of the derivation,
#
# $$\ell_i = -x_{i y_i} + \operatorname{logsumexp}(x_i), \qquad
# \operatorname{logsumexp}(x) = \log \sum_k e^{x_k},$$
#
# there is no probability that could be rounded to zero before its logarithm is taken. But
# $e^{710}$ is already more than float64 can hold, and for logits far below zero all terms are
# rounded to 0. The freedom of $c$ helps for the third time. Take a factor $e^{c}$ out of the sum,
# and out of the logarithm:
#
# $$\log \sum_k e^{x_k} = \log \Big( e^{c} \sum_k e^{x_k - c} \Big)
# = c + \log \sum_k e^{x_k - c} .$$
#
# This holds for every $c$. Choose it so that no exponent is above 0 and at least one is exactly 0.
# Then the sum lies between 1 and the number of logits, and its logarithm is as tame as can be.
#
# **Your turn.** Write `logsumexp` for a batch of rows, from `exp`, `log`, `sum` and `max`; the
# check compares it with `torch.logsumexp`. It will try logits such as 100,000 and -100,000, and
# rows with a single logit. An entry may also be `-inf`, which is how one forbids a character
# ($e^{-\infty} = 0$); each row has at least one finite entry.


# %% solution="logsumexp"
def logsumexp(x):
    """x: (n, v) logits. Returns (n,): log(sum(exp(x))) of each row, for logits of any size."""
    ### BEGIN SOLUTION
    largest = x.max(1).values
    return largest + (x - largest[:, None]).exp().sum(1).log()
    ### END SOLUTION


# %% check="logsumexp"
check("logsumexp")

# %% [markdown]
# With it the loss is right at any scale. Here are the batch's real targets, of which some are
# improbable: at a large scale the unrolled version even loses the loss.

# %%
for scale in (1, 100, 10_000):
    wide = scale * logits
    unrolled = unrolled_backward(wide, Yb)[0]
    fused = (logsumexp(wide) - wide[range(n), Yb]).mean()
    print(f"scale {scale:>6}: unrolled {float(unrolled):10.4g}, fused {float(fused):10.4g}")

# %%
check.summary()

# %% [markdown]
# ## Summary
#
# - The Jacobian of softmax is $J_{ij} = p_i (\mathbf{1}[i = j] - p_j)$. Its rows and columns sum to
#   zero.
# - In softmax followed by the negative log-likelihood the logarithm's $1/p$ and the softmax's $p$
#   cancel. What is left needs the probabilities, the targets and $n$, and nothing else.
# - The gradient is a set of forces: $1 - p$ pulls the target up, $p$ pushes each other character
#   down, and the two are in balance.
# - Fusing saves operations and memory, and it takes out the intermediate values at which the chain
#   rule multiplies 0 by infinity.
# - A softmax, a `logsumexp` and a cross entropy all rest on the same freedom: adding a constant to
#   a row of logits changes no probability.
#
# ## To think about
#
# 1. Suppose the target is not one character but a distribution $q$ over all of them, and the loss
#    is $-\sum_j q_j \log p_j$. What is the gradient now, and why do the rows still sum to zero?
# 2. In float32 the smallest positive number is about $1.4 \cdot 10^{-45}$. Where would your
#    `breaking_scale` be?
# 3. Someone divides all logits by a temperature $T$ before the softmax. What becomes of `dlogits`
#    as $T$ grows, and as it goes to zero?
#
# **Next:** [03 · Batch norm in one expression](../03_batchnorm/03_batchnorm.ipynb), where three
# paths lead back to the same variable and the formula turns out to be a projection.
