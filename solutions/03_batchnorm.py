# %% [markdown]
# # 03 · Batch norm in one expression
#
# Batch norm took seven variables in stage 01 and sent gradients through a tangle of them. Here you
# treat it as one operation, as you did with cross entropy, and derive a single formula for it on
# paper. The formula turns out to have a shape: it is a projection.
#
# **What you will be able to do**
#
# - follow a gradient through the mean and through the variance of a batch, and say which of the
#   paths carries nothing;
# - derive the gradient of batch norm and write `dhprebn` in one expression;
# - explain that expression as a projection, and say what holds exactly and what only up to
#   epsilon;
# - change it for the biased variance, and for inference, where it becomes almost nothing.
#
# Take paper again, more than last time.

# %% locked="setup"
import matplotlib.pyplot as plt  # for pictures of your own
import torch
import torch.nn.functional as F

from autograder import Check
from autograder.figures import batchnorm as pictures
from autograder.minibatch import draw_minibatch
from autograder.names import build_dataset, load_names
from autograder.stages.unrolled import GRAPH as NETWORK
from autograder.stages.unrolled import draw_parameters

torch.set_default_dtype(torch.float64)
check = Check("03_batchnorm", globals())

# %% [markdown]
# ## What comes in from both sides
#
# The network of stage 01 runs on a minibatch of names, and PyTorch runs it backwards. Of all that
# we keep just what borders on the batch-norm layer: from in front `hprebn`, the input of the layer,
# and from behind `dhpreact`, the gradient of the loss with respect to the layer's output. Both have
# the shape `(32, 64)`: an example in each row, a unit of the hidden layer in each column.

# %% locked="borders"
generator = torch.Generator().manual_seed(3)
X, Y = build_dataset(load_names())
Xb, Yb = draw_minibatch(X, Y, size=32, generator=generator)
n = len(Yb)
parameters = draw_parameters(generator)
minibatch = {**parameters, "Xb": Xb, "Yb": Yb, "n": n}
hprebn = NETWORK.forward(minibatch)["hprebn"]
dhpreact = NETWORK.gradients(minibatch)["hpreact"]
bngain, bnbias = parameters["bngain"], parameters["bnbias"]

print("hprebn", tuple(hprebn.shape), " dhpreact", tuple(dhpreact.shape))
print("bngain", tuple(bngain.shape), " bnbias", tuple(bnbias.shape))

# %% [markdown]
# And this is the layer, forwards. Each column is treated by itself: its mean is taken off, it is
# divided by its standard deviation, and it gets a new scale and a new origin that the network
# learns.

# %% locked="forward"
bnmeani = 1 / n * hprebn.sum(0, keepdim=True)
bnvar = 1 / (n - 1) * ((hprebn - bnmeani) ** 2).sum(0, keepdim=True)
bnvar_inv = (bnvar + 1e-5) ** -0.5
bnraw = (hprebn - bnmeani) * bnvar_inv
hpreact = bngain * bnraw + bnbias

# %% [markdown]
# **How can the gradient be checked without the rest of the network?** The check needs a scalar for
# autograd to start from, and the loss is not here. It uses this one:
#
# $$\tilde L = \sum_{i,j} \texttt{hpreact}_{ij} \cdot \texttt{dhpreact}_{ij},$$
#
# with `dhpreact` held constant. The derivative of $\tilde L$ with respect to `hpreact` is
# `dhpreact`: exactly what the true loss sends into this layer. The chain rule asks nothing else
# about what lies behind the layer. So for every variable from `hpreact` backwards, $\tilde L$ has
# the same gradient as the loss of the network. (For other variables it has not, and its own value
# means nothing.) What is computed this way is called a *vector-Jacobian product*, and it is the
# only thing that an automatic differentiation library ever asks of an operation.
#
# ## One column, and its letters
#
# On paper we look at a single column. Everything is a vector of $n$ numbers or a single number:
#
# | letter | variable | one column is | meaning |
# | --- | --- | --- | --- |
# | $x_i$ | `hprebn` | $n$ numbers | input |
# | $\mu$ | `bnmeani` | a number | $\frac1n \sum_i x_i$ |
# | $v$ | `bnvar` | a number | $\frac1{n-1} \sum_i (x_i - \mu)^2$ |
# | $s$ | `bnvar_inv` | a number | $(v + \varepsilon)^{-1/2}$, with $\varepsilon = 10^{-5}$ |
# | $r_i$ | `bnraw` | $n$ numbers | $(x_i - \mu)\, s$ |
# | $\gamma, \beta$ | `bngain`, `bnbias` | a number each | $\gamma\, r_i + \beta$ is `hpreact` |
# | $g_i$ | `dhpreact` | $n$ numbers | upstream gradient |
#
# An input $x_i$ acts on the output in three ways: directly, through the mean, and through the
# variance. The last two are shared by the whole column, and this is why in batch norm *every
# output depends on every example*.

# %%
pictures.paths()

# %% [markdown]
# We now go backwards from right to left, one box at a time.
#
# ## Back to `bnraw`
#
# From $\gamma r_i + \beta$ each $r_i$ gets the upstream gradient times the gain:
#
# $$\frac{\partial L}{\partial r_i} = \gamma\, g_i .$$
#
# In the notebook all 64 columns are done at once: `bngain` has the shape `(1, 64)` and is broadcast
# over the rows of `dhpreact`. **Your turn.**

# %% solution="dbnraw"
# dbnraw: (32, 64)
### BEGIN SOLUTION
dbnraw = bngain * dhpreact
### END SOLUTION

# %% check="dbnraw"
check("dbnraw")

# %% [markdown]
# ## Back to `bnvar`
#
# The variance acts through $s$ alone, but on all $n$ entries of the column: each $r_i$ contains it.
# So there is a sum over $i$. The derivative of the power is
#
# $$\frac{d s}{d v} = \frac{d}{d v} (v + \varepsilon)^{-1/2} = -\tfrac12 (v + \varepsilon)^{-3/2} =
# -\tfrac12 s^3 ,$$
#
# and since $\partial r_i / \partial s = x_i - \mu$,
#
# $$\frac{\partial L}{\partial v} = \sum_i \frac{\partial L}{\partial r_i}\, (x_i - \mu)
# \left( -\tfrac12 s^3 \right) .$$
#
# In stage 01 this was three steps; here it is one. **Your turn.** Mind the shape: the variable has
# one number for each column.

# %% solution="dbnvar"
# dbnvar: (1, 64)
### BEGIN SOLUTION
dbnvar = -0.5 * bnvar_inv**3 * (dbnraw * (hprebn - bnmeani)).sum(0, keepdim=True)
### END SOLUTION

# %% check="dbnvar"
check("dbnvar")

# %% [markdown]
# ## Back to `bnmeani`, on two paths
#
# In the drawing two arrows leave `bnmeani`: a blue one to `bnraw`, and a dotted one to `bnvar`,
# because the variance is measured from the mean. The gradient is the sum of what comes back on
# both.
#
# *From `bnraw`.* The mean occurs in each $r_i = (x_i - \mu)\, s$ with the factor $-s$:
#
# $$\sum_i \frac{\partial L}{\partial r_i} \cdot (-s) .$$
#
# *From `bnvar`.* Here we need
#
# $$\frac{\partial v}{\partial \mu} = \frac{1}{n - 1} \sum_i 2 (x_i - \mu)(-1) = -\frac{2}{n-1}
# \sum_i (x_i - \mu) = -\frac{2}{n-1} \Big( \sum_i x_i - n \mu \Big) .$$
#
# Look at the last bracket and remember what $\mu$ is. There is a reason behind what you find: the
# mean is the very point from which the sum of squares is smallest, and at a minimum the derivative
# is zero. So one of the two paths carries nothing, whatever `dbnvar` may be.
#
# **Your turn.** You need the path that is left.

# %% solution="dbnmeani"
# dbnmeani: (1, 64)
### BEGIN SOLUTION
dbnmeani = (-bnvar_inv * dbnraw).sum(0, keepdim=True)
### END SOLUTION

# %% check="dbnmeani"
check("dbnmeani")

# %% [markdown]
# ## The three paths to `hprebn`
#
# Each input $x_i$ receives three contributions. In each of them, the gradient at the end of an
# arrow is multiplied by the derivative along that arrow:
#
# $$\underbrace{\frac{\partial L}{\partial r_i} \cdot s}_{\text{direct}} \qquad
# \underbrace{\frac{\partial L}{\partial \mu} \cdot \frac1n}_{\text{through the mean}} \qquad
# \underbrace{\frac{\partial L}{\partial v} \cdot \frac{2 (x_i - \mu)}{n - 1}}_{\text{through the
# variance}}$$
#
# In the first, $\mu$ and $s$ count as constants, and in the third $\mu$ does: what they do on their
# own account is in the other terms. The second contribution is the same for all $i$: everyone has
# an equal share in the mean.
#
# **Your turn.** Put the three contributions, in this order, into one tensor `dhprebn_paths` of
# shape `(3, 32, 64)`, so that we can look at them one by one. `torch.stack` makes it from three
# tensors of shape `(32, 64)`; a tensor of shape `(1, 64)` becomes one of `(32, 64)` with
# `.expand(n, -1)`.

# %% solution="dhprebn_paths"
# dhprebn_paths: (3, 32, 64): direct, through the mean, through the variance
### BEGIN SOLUTION
dhprebn_paths = torch.stack(
    [
        dbnraw * bnvar_inv,
        (dbnmeani / n).expand(n, -1),
        dbnvar * 2 / (n - 1) * (hprebn - bnmeani),
    ]
)
### END SOLUTION

# %% check="dhprebn_paths"
check("dhprebn_paths")

# %% [markdown]
# Here they are for one column. The direct path is the upstream gradient on another scale. The mean
# adds the same to every example. The variance adds a multiple of the column itself, centered. Their
# sum is the gradient.

# %%
pictures.contributions(dhprebn_paths, channel=14)

# %% [markdown]
# ## The derivation
#
# The sum is right, but it hides what is going on. Insert one formula into the other, until only the
# upstream gradient and forward variables are left, and tidy up.
#
# **Write down the derivation,** starting from
#
# $$\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial r_i}\, s +
# \frac{\partial L}{\partial \mu}\, \frac1n + \frac{\partial L}{\partial v}\,
# \frac{2 (x_i - \mu)}{n - 1} ,$$
#
# and ending with a formula in $g$, $r$, $s$, $\gamma$ and $n$ alone. Your instructor grades it and
# looks for these four things:
#
# 1. $\partial L / \partial r_i$, $\partial L / \partial v$ and $\partial L / \partial \mu$ in terms
#    of $g$, with the reason why the mean has only one path that counts;
# 2. $x_i - \mu$ replaced by $r_i$, with the powers of $s$ that this costs or saves;
# 3. the common factor taken out, here $\gamma s / n$, and what then stands in the bracket;
# 4. where exactly the $n - 1$ of Bessel's correction ends up.

# %% [markdown] manual="derivation"
# **1.** From `hpreact` $= \gamma r_i + \beta$ we have $\partial L / \partial r_i = \gamma g_i$.
# The variance acts on every $r_k = (x_k - \mu) s$ through $s = (v + \varepsilon)^{-1/2}$, and
# $ds/dv = -\frac12 s^3$. The mean acts on every $r_k$ with the factor $-s$, and on $v$ with
# $\partial v / \partial \mu = -\frac{2}{n-1} \sum_k (x_k - \mu) = 0$, since the deviations from the
# mean sum to zero. Hence
#
# $$\frac{\partial L}{\partial v} = -\tfrac12 \gamma s^3 \sum_k g_k (x_k - \mu), \qquad
# \frac{\partial L}{\partial \mu} = -\gamma s \sum_k g_k .$$
#
# **2.** With $x_k - \mu = r_k / s$ the first of these is
# $\partial L / \partial v = -\frac12 \gamma s^2 \sum_k g_k r_k$. In the third path another
# $x_i - \mu = r_i / s$ takes away one more power of $s$:
#
# $$\frac{\partial L}{\partial v} \cdot \frac{2 (x_i - \mu)}{n - 1} =
# -\tfrac12 \gamma s^2 \Big( \sum_k g_k r_k \Big) \frac{2 r_i}{(n - 1) s} =
# -\frac{\gamma s}{n - 1}\, r_i \sum_k g_k r_k .$$
#
# **3.** All three paths contain $\gamma s$:
#
# $$\frac{\partial L}{\partial x_i} = \gamma s \, g_i - \frac{\gamma s}{n} \sum_k g_k -
# \frac{\gamma s}{n - 1}\, r_i \sum_k g_k r_k
# = \frac{\gamma s}{n} \Big( n\, g_i - \sum_k g_k - \frac{n}{n - 1}\, r_i \sum_k g_k r_k \Big) .$$
#
# **4.** The mean divides by $n$ and the variance by $n - 1$. With $1/n$ taken out in front, the
# path through the variance keeps the factor $n / (n - 1)$, and nothing else does. Nowhere have we
# neglected $\varepsilon$: it is contained in $s$ and in $r$, and the formula is exact.

# %% [markdown]
# ## `dhprebn` in one expression
#
# **Your turn.** Turn the formula into one expression for all columns. Read nothing but `hprebn`,
# `bnmeani`, `bnvar`, `bnvar_inv`, `bnraw`, `bngain`, `bnbias`, `hpreact`, `dhpreact`, `n`, `torch`
# and `F` (you need fewer): when your work is graded, the gradients of the guided steps are not
# there.

# %% solution="dhprebn"
# dhprebn: (32, 64), in one expression
### BEGIN SOLUTION
dhprebn = (
    bngain
    * bnvar_inv
    / n
    * (n * dhpreact - dhpreact.sum(0) - n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0))
)
### END SOLUTION

# %% check="dhprebn"
check("dhprebn")

# %% [markdown]
# ## The formula is a projection
#
# Divide the formula by $\gamma s$ and read it slowly:
#
# $$\frac{1}{\gamma s} \frac{\partial L}{\partial x_i} = g_i \;-\; \frac1n \sum_k g_k \;-\;
# \frac{1}{n - 1}\, r_i \sum_k g_k r_k .$$
#
# The column $g$ is a vector with $n$ components. The second term takes out its mean. The third term
# is a multiple of the column $r$, and the multiple is proportional to the scalar product of $g$
# with $r$: it takes out of $g$ the part that points along $r$. Two directions out of $n$ are
# removed; the others pass.
#
# It has to be so. *Add a constant to a column* of `hprebn`: the mean takes it off again, and the
# output stays the same. *Stretch a column* about its mean: the standard deviation grows by the same
# factor, and the output stays the same. In these two directions the loss is flat, so the gradient
# can have no component along them.
#
# ### Exactly, or nearly?
#
# The first statement is exact. Sum the right-hand side over $i$: the first two terms cancel, and
# $\sum_i r_i = 0$. **The batch mean of `dhprebn` is zero.**
#
# The second needs care, because of $\varepsilon$. Multiply the right-hand side by $r_i$ and sum.
# The middle term vanishes, again since $\sum_i r_i = 0$, and there remains
#
# $$\sum_i r_i \cdot \frac{1}{\gamma s} \frac{\partial L}{\partial x_i} =
# \Big( 1 - \frac{1}{n-1} \sum_i r_i^2 \Big) \sum_k g_k r_k .$$
#
# Is the bracket zero? From $r_i = (x_i - \mu)/\sqrt{v + \varepsilon}$ and the definition of $v$,
#
# $$\frac{1}{n-1} \sum_i r_i^2 = \frac{v}{v + \varepsilon}, \qquad \text{so the bracket is} \quad
# \frac{\varepsilon}{v + \varepsilon} = \varepsilon s^2 .$$
#
# **`dhprebn` is orthogonal to `bnraw` up to the factor $\varepsilon s^2$.** With $\varepsilon = 0$
# the formula is a projection. With $\varepsilon > 0$ the part along $r$ is not removed entirely: a
# fraction $\varepsilon/(v + \varepsilon)$ of it passes. That is the truth and not an error, since
# with $\varepsilon$ in the root a stretched column does give a slightly different output. For a
# variance around 1 it is a hundred-thousandth; for a column that hardly varies it is nearly
# everything.
#
# Let us see it in numbers. The gradient is taken from autograd here:

# %% locked="projection-in-numbers"
gradient = NETWORK.gradients(minibatch)["hprebn"]
size = (gradient**2).sum(0).sqrt()
along_mean = gradient.sum(0).abs() / size / n**0.5
along_bnraw = (bnraw * gradient).sum(0) / size / (bnraw**2).sum(0).sqrt()
passes = bngain * bnvar_inv * (1e-5 * bnvar_inv**2) * (dhpreact * bnraw).sum(0)
predicted = passes.squeeze(0) / size / (bnraw**2).sum(0).sqrt()

print("cosine of the angle between a column of dhprebn and ... (largest of the 64)")
print("  the constant column: below 1e-14 is", bool(along_mean.max() < 1e-14))
print(f"  bnraw:               {float(along_bnraw.abs().max()):.2e}")
print(f"  bnraw, predicted:    {float(predicted.abs().max()):.2e}")
print("  prediction right for every column:", torch.allclose(along_bnraw, predicted, atol=1e-14))

# %% [markdown]
# **Your turn.** Write the projection itself. The function gets two matrices of shape `(n, hidden)`.
# From each column of `g` it removes the mean, and the part along the same column of `r`. The
# columns of `r` have mean zero, but any length: to remove from a vector $g$ its part along $r$,
# subtract $\frac{g \cdot r}{r \cdot r}\, r$. The check compares it with the residual of a
# least-squares fit.


# %% solution="project"
def project(g, r):
    """g, r: (n, hidden); r has column means of zero. Returns (n, hidden), orthogonal to 1 and r."""
    ### BEGIN SOLUTION
    return g - g.mean(0) - (g * r).sum(0) / (r * r).sum(0) * r
    ### END SOLUTION


# %% check="project"
check("project")

# %% [markdown]
# The picture shows it for one column of `dhpreact`, in two cuts with true lengths (the column
# itself has length 1). And with your `project` the gradient of batch norm is hardly more than a
# name: project, then scale by $\gamma s$. What is missing is the $\varepsilon$.

# %%
pictures.projection(dhpreact[:, 14], bnraw[:, 14])

# %%
nearly = bngain * bnvar_inv * project(dhpreact, bnraw)
share = (gradient - nearly).norm() / gradient.norm()
print(
    f"bngain * bnvar_inv * project(dhpreact, bnraw) misses dhprebn by a part of {float(share):.0e}"
)

# %% [markdown]
# ## The biased variance
#
# Most libraries normalize with the *biased* variance, which divides by $n$ in place of $n - 1$; so
# does PyTorch's own `F.batch_norm` while it trains. (For the running average that it keeps for
# later it uses the unbiased one.) The forward pass changes in one place:

# %% locked="forward-biased"
bnvar_biased = 1 / n * ((hprebn - bnmeani) ** 2).sum(0, keepdim=True)
bnvar_inv_biased = (bnvar_biased + 1e-5) ** -0.5
bnraw_biased = (hprebn - bnmeani) * bnvar_inv_biased
hpreact_biased = bngain * bnraw_biased + bnbias

# %% [markdown]
# In the derivation the $n - 1$ had one source, the derivative of the variance along the third path.
# Go through it again with $\partial v / \partial x_i = 2 (x_i - \mu) / n$.
#
# **Your turn.** Write `dhprebn_biased` for the same upstream gradient `dhpreact`, from the
# variables of the cell above.

# %% solution="dhprebn_biased"
# dhprebn_biased: (32, 64), the gradient of hprebn in the biased variant
### BEGIN SOLUTION
dhprebn_biased = (
    bngain
    * bnvar_inv_biased
    / n
    * (n * dhpreact - dhpreact.sum(0) - bnraw_biased * (dhpreact * bnraw_biased).sum(0))
)
### END SOLUTION

# %% check="dhprebn_biased"
check("dhprebn_biased")

# %% [markdown]
# This one is also what PyTorch's fused batch norm computes backwards:

# %%
leaf = hprebn.clone().requires_grad_()
output = F.batch_norm(leaf, None, None, bngain[0], bnbias[0], training=True, eps=1e-5)
(fused,) = torch.autograd.grad(output, leaf, dhpreact)
print("F.batch_norm has the same output:  ", torch.allclose(output, hpreact_biased))
print("F.batch_norm has the same gradient:", torch.allclose(fused, dhprebn_biased, atol=1e-14))

# %% [markdown]
# ## What changes at inference
#
# When the trained network is used there may be just one example, and a batch of one has no
# variance. So the mean and the variance are fixed once, from many examples, and then they are
# *constants*. The output of example $i$, in the notebook `hpreact_inference`, is then
#
# $$\gamma\, \frac{x_i - \mu_\text{running}}{\sqrt{v_\text{running} + \varepsilon}} + \beta .$$
#
# Here are such statistics, from 1,000 examples.

# %% locked="forward-inference"
Xmany, Ymany = draw_minibatch(X, Y, size=1000, generator=generator)
many = NETWORK.forward({**parameters, "Xb": Xmany, "Yb": Ymany, "n": 1000})["hprebn"]
bnmean_running = many.mean(0, keepdim=True)
bnvar_running = many.var(0, keepdim=True)
hpreact_inference = bngain * (hprebn - bnmean_running) * (bnvar_running + 1e-5) ** -0.5 + bnbias

# %% [markdown]
# Which of the three paths are still there? Look at the drawing: a constant has no arrow coming in.
#
# **Your turn.** Write `dhprebn_inference` for the same upstream gradient.

# %% solution="dhprebn_inference"
# dhprebn_inference: (32, 64), the gradient of hprebn when the statistics are constants
### BEGIN SOLUTION
dhprebn_inference = bngain * (bnvar_running + 1e-5) ** -0.5 * dhpreact
### END SOLUTION

# %% check="dhprebn_inference"
check("dhprebn_inference")

# %% [markdown]
# The difference can be seen in the Jacobian of one column: how each of the 32 outputs answers to
# each of the 32 inputs. In training every output depends on every example of the batch. At
# inference each output depends on its own example only, the matrix is a constant times the
# identity, and the whole layer can be folded into the weights in front of it. (The colors end at a
# quarter of the largest entry; otherwise only the diagonal could be seen.)


# %%
def column_in_training(x):
    return bngain[0, 14] * (x - x.mean()) * (x.var() + 1e-5) ** -0.5 + bnbias[0, 14]


def column_at_inference(x):
    scale = bngain[0, 14] * (bnvar_running[0, 14] + 1e-5) ** -0.5
    return scale * (x - bnmean_running[0, 14]) + bnbias[0, 14]


jacobian = torch.autograd.functional.jacobian
column = hprebn[:, 14]
pictures.jacobians(jacobian(column_in_training, column), jacobian(column_at_inference, column))

# %%
check.summary()

# %% [markdown]
# ## Summary
#
# - In batch norm an input reaches the output on three paths: directly, through the mean and through
#   the variance. The path from the mean to the variance carries zero, because the mean is where the
#   sum of squares is smallest.
# - Put together, the paths are one expression. The $n/(n-1)$ in it comes from Bessel's correction
#   and disappears with the biased variance.
# - The expression takes the upstream gradient, removes its mean and its part along `bnraw`, and
#   scales what is left. The batch mean of `dhprebn` is exactly zero. Its scalar product with
#   `bnraw` is zero up to $\varepsilon/(v + \varepsilon)$.
# - At inference the statistics are constants, and only the direct path remains.
#
# ## To think about
#
# 1. In front of batch norm stands a linear layer with the bias `b1`. What is its gradient, and why
#    could one leave this bias out?
# 2. Take a batch of two examples. What does the projection leave of the gradient?
# 3. Layer norm takes mean and variance over the 64 units of *one example* rather than over the 32
#    examples of one unit. What becomes of the formula, and of the two flat directions?
#
# **Next:** [04 · Training](../04_training/04_training.ipynb), where your formulas replace
# `loss.backward()` altogether and a network learns from them.
