# %% [markdown]
# # 01 · The backward pass, one operation at a time
#
# `loss.backward()` is one line. In this stage you write what happens behind it: all the gradients
# of a small language model, from the loss back to the table of embeddings, in 26 small steps. No
# step needs more than a line or two. Together they are the whole of backpropagation.
#
# **What you will be able to do**
#
# - derive the backward rule of any operation by asking one question: *if this entry changes a
#   little, which entries of the result change, and by how much?*
# - handle the situations that look hard at first: broadcasting, a variable that is used twice, a
#   maximum, an index;
# - find the two matrix products behind a linear layer from their shapes alone;
# - carry a gradient through batch norm, Bessel's correction included;
# - recognize a gradient that must be zero, and say why.
#
# You need paper, a pencil and the four structural rules of stage 00. Each derivation stands before
# its step; try it yourself first, then compare.
#
# A cell that says `raise NotImplementedError()` is yours. The cell below it checks your answer
# against PyTorch's. A check never changes your variables, so run it as often as you like.
#
# When an answer is wrong, the check names the mistake if it can, draws where the answer differs,
# and says which section to read again. If that is not enough, `check.hint("dlogprobs")` gives a
# hint: the shapes at the first call, the rule at the second, the formula at the third. Hints are
# counted for you and never graded. `check.summary()` lists all steps, `check.graph()` draws the
# graph with your progress on it, and `check.compare("dC")` sets your answer, PyTorch's and their
# difference side by side. Write any of them into a cell of your own.

# %% locked="setup"
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

from autograder import Check
from autograder.figures import local_rules, unrolled
from autograder.figures.forward_graph import draw_graph
from autograder.names import ALPHABET, build_dataset, decode, load_names
from autograder.stages.unrolled import GRAPH

torch.set_default_dtype(torch.float64)  # double precision: a right answer is right to 15 digits
plt.rcParams["figure.dpi"] = 100  # for plots of your own
check = Check("01_unrolled", globals())

# %% [markdown]
# ## The data
#
# The model guesses the next character of a name from the three characters before it. A dot stands
# before the beginning of a name and after its end. So the name `ava` gives four examples:
# `... → a`, `..a → v`, `.av → a` and `ava → .`
#
# Characters are numbers: the dot is 0, `a` is 1, ..., `z` is 26. That makes a vocabulary of 27.

# %% locked="data"
names = load_names()
X, Y = build_dataset(names, context=3)
print(f"{len(names):,} names, X {tuple(X.shape)}, Y {tuple(Y.shape)}")

# %% [markdown]
# For the whole stage we stay with one minibatch of `n = 32` examples. The random numbers come from
# a generator with a fixed seed, so that you and everybody else have the same ones.

# %% locked="minibatch"
generator = torch.Generator().manual_seed(1701)
n = 32
rows = torch.randint(0, len(X), (n,), generator=generator)
Xb, Yb = X[rows], Y[rows]  # (32, 3) and (32,)
for context, target in zip(Xb[:5].tolist(), Yb[:5].tolist(), strict=True):
    print(decode(context), "→", decode([target]))

# %% [markdown]
# ## The parameters
#
# The network has one hidden layer. Each character becomes a vector of 10 numbers (a row of `C`);
# the three vectors of a context are put end to end, which makes 30; a linear layer turns them into
# 64; then come batch norm, tanh, and a second linear layer with 27 outputs, one for each character
# that may come next.
#
# | parameter | shape | what it is |
# | --- | --- | --- |
# | `C` | `(27, 10)` | the embedding: a row for each character |
# | `W1`, `b1` | `(30, 64)`, `(64,)` | the first linear layer |
# | `bngain`, `bnbias` | `(1, 64)`, `(1, 64)` | scale and shift of batch norm |
# | `W2`, `b2` | `(64, 27)`, `(27,)` | the second linear layer |
#
# In training one would start many of these at exactly zero or one. We do not: a bias that is zero
# hides mistakes, because whatever is multiplied by it comes out right.

# %% locked="parameters"
C = torch.randn((27, 10), generator=generator)
W1 = torch.randn((30, 64), generator=generator) * (5 / 3) / 30**0.5
b1 = torch.randn(64, generator=generator) * 0.1
W2 = torch.randn((64, 27), generator=generator) * 0.1
b2 = torch.randn(27, generator=generator) * 0.1
bngain = torch.randn((1, 64), generator=generator) * 0.1 + 1.0
bnbias = torch.randn((1, 64), generator=generator) * 0.1

parameters = [C, W1, b1, W2, b2, bngain, bnbias]
for parameter in parameters:
    parameter.requires_grad_()
print(sum(parameter.numel() for parameter in parameters), "parameters")

# %% [markdown]
# ## The forward pass
#
# Here is the network with nothing hidden: one operation a line. Where you would usually write
# `F.batch_norm` or `F.cross_entropy`, you see what they are made of. Read it slowly, and say the
# shape of each variable before you look at the comment.

# %% locked="forward"
torch.set_grad_enabled(True)  # PyTorch records what it computes from here on

# The embedding, and the first linear layer.
emb = C[Xb]  # (32, 3, 10)
embcat = emb.view(emb.shape[0], -1)  # (32, 30)
hprebn = embcat @ W1 + b1  # (32, 64)

# Batch norm: each of the 64 columns gets mean 0 and variance 1 over the 32 examples.
bnmeani = 1 / n * hprebn.sum(0, keepdim=True)  # (1, 64)
bndiff = hprebn - bnmeani  # (32, 64)
bndiff2 = bndiff**2  # (32, 64)
bnvar = 1 / (n - 1) * bndiff2.sum(0, keepdim=True)  # (1, 64)
bnvar_inv = (bnvar + 1e-5) ** -0.5  # (1, 64)
bnraw = bndiff * bnvar_inv  # (32, 64)
hpreact = bngain * bnraw + bnbias  # (32, 64)

# The nonlinearity, and the second linear layer.
h = torch.tanh(hpreact)  # (32, 64)
logits = h @ W2 + b2  # (32, 27)

# Cross entropy: softmax, then the mean negative log-probability of what really came next.
logit_maxes = logits.max(1, keepdim=True).values  # (32, 1)
norm_logits = logits - logit_maxes  # (32, 27)
counts = norm_logits.exp()  # (32, 27)
counts_sum = counts.sum(1, keepdim=True)  # (32, 1)
counts_sum_inv = counts_sum**-1  # (32, 1)
probs = counts * counts_sum_inv  # (32, 27)
logprobs = probs.log()  # (32, 27)
loss = -logprobs[range(n), Yb].mean()  # one number

print(f"loss {loss.item():.4f}")
print("the same as F.cross_entropy:", torch.allclose(loss, F.cross_entropy(logits, Yb)))

# %% [markdown]
# The same as a drawing. An arrow leads from a variable to each variable that is computed from it.
# Look for the boxes with *two* outgoing arrows: `hprebn`, `bndiff`, `logits` and `counts`. They
# will need care.

# %%
draw_graph(GRAPH, globals())

# %% [markdown]
# ## PyTorch's backward pass, beside it
#
# PyTorch usually throws the gradients of intermediate variables away. `retain_grad()` asks it to
# keep them, so that they are there to compare with: `probs.grad`, `h.grad` and so on. This is the
# ruler, not the answer: below you compute each of them yourself.

# %% locked="backward"
intermediates = [logprobs, probs, counts_sum_inv, counts_sum, counts, norm_logits, logit_maxes]
intermediates += [logits, h, hpreact, bnraw, bnvar_inv, bnvar, bndiff2, bndiff, bnmeani, hprebn]
intermediates += [embcat, emb]
for parameter in parameters:
    parameter.grad = None
for variable in intermediates:
    variable.retain_grad()
loss.backward(retain_graph=True)  # so that this cell can be run again
torch.set_grad_enabled(False)  # from here on PyTorch records nothing: the rest is ours

same = all(variable.grad.shape == variable.shape for variable in intermediates + parameters)
print("every gradient has the shape of its variable:", same)

# %% [markdown]
# That last line is a law, and the most useful one of all: **a gradient has the shape of its
# variable.** We write `dprobs` for the gradient of `probs`,
#
# $$\mathtt{dprobs}_{ij} = \frac{\partial\,\mathtt{loss}}{\partial\,\mathtt{probs}_{ij}},$$
#
# which says: if the entry $\mathtt{probs}_{ij}$ grows by a tiny $\varepsilon$ and nothing else is
# touched, the loss grows by $\varepsilon\,\mathtt{dprobs}_{ij}$. There is one such number for each
# entry, hence the shape.
#
# We walk back from the loss, against the arrows. At each step the gradient of the *result* of an
# operation is known already; it is called the **upstream gradient**. The step turns it into the
# gradient of an operand. It never needs to know what the rest of the network looks like.
#
# # Part 1 · Back through the cross entropy
#
# ## Indexing and the mean
#
# The last line of the forward pass picks one log-probability from each row, namely that of the
# character that really came, takes the mean, and turns the sign around:
#
# $$\mathtt{loss} = -\frac{1}{n}\sum_{i=0}^{n-1}\mathtt{logprobs}_{i,\,\mathtt{Yb}_i}$$
#
# Now ask the question. If $\mathtt{logprobs}_{ij}$ changes a little, what happens to the loss?
#
# - If $j = \mathtt{Yb}_i$, the entry is one of the $n$ terms of the sum. It counts with the factor
#   $-\frac1n$.
# - Otherwise the entry was never read. The loss does not notice.
#
# $$\mathtt{dlogprobs}_{ij} = \begin{cases}-\frac1n & \text{if } j = \mathtt{Yb}_i\\
# 0 & \text{otherwise}\end{cases}$$
#
# So the gradient of *picking entries* is a tensor of zeros with something put in at the picked
# places, and the gradient of a *mean* is an equal share for each of the $n$ terms. The upstream
# gradient, that of the loss with respect to itself, is 1.
#
# **Step 1.** `logprobs` has shape `(32, 27)`; so has the answer. It holds 32 numbers that are not
# zero.

# %% solution="dlogprobs"
# dlogprobs: the gradient of logprobs, shape (32, 27)
### BEGIN SOLUTION
dlogprobs = torch.zeros_like(logprobs)
dlogprobs[range(n), Yb] = -1.0 / n
### END SOLUTION

# %% check="dlogprobs"
check("dlogprobs")

# %% [markdown]
# ## The logarithm and the chain rule
#
# `logprobs = probs.log()` works entry by entry: $\mathtt{logprobs}_{ij}$ depends on
# $\mathtt{probs}_{ij}$ and on nothing else. For such an operation $y = f(x)$ the chain rule is a
# product of two numbers, for each entry by itself:
#
# $$\frac{\partial\,\mathtt{loss}}{\partial x} =
# \underbrace{\frac{\partial\,\mathtt{loss}}{\partial y}}_{\text{upstream}}\cdot
# \underbrace{f'(x)}_{\text{local}}$$
#
# The local part here is the derivative of the logarithm, $\frac{d}{dx}\log x = \frac1x$.
#
# It is worth a moment to see what this does. Where the model gave the right character a probability
# near 1, the upstream gradient passes nearly unchanged. Where it gave $0.01$, the gradient is made
# a hundred times larger: the examples on which the model was badly surprised shout the loudest.
#
# **Step 2.** Combine the upstream gradient `dlogprobs` with the local derivative. All shapes are
# `(32, 27)`.

# %% solution="dprobs"
# dprobs: the gradient of probs, shape (32, 27)
### BEGIN SOLUTION
dprobs = (1.0 / probs) * dlogprobs
### END SOLUTION

# %% check="dprobs"
check("dprobs")

# %% [markdown]
# ## A product, and the sum over a broadcast dimension
#
# `probs = counts * counts_sum_inv` looks like a product entry by entry, but look at the shapes:
# `(32, 27)` and `(32, 1)`. PyTorch *broadcasts*: it behaves as if the single column were copied 27
# times. With indices:
#
# $$\mathtt{probs}_{ij} = \mathtt{counts}_{ij}\cdot\mathtt{counts\_sum\_inv}_{i}$$
#
# Ask the question for $\mathtt{counts\_sum\_inv}_i$. It is used in all 27 entries of row $i$, so
# when it changes, all of them change: entry $j$ by the factor $\mathtt{counts}_{ij}$. The loss
# feels all these changes at once, and small effects add:
#
# $$\mathtt{dcounts\_sum\_inv}_i = \sum_{j}\mathtt{dprobs}_{ij}\;\mathtt{counts}_{ij}$$
#
# Copying forwards is summing backwards. The picture has 3 rows and 4 columns in place of 32 and 27.

# %%
local_rules.draw_broadcast()

# %% [markdown]
# **Step 3.** Two operations one after the other: the product rule gives a gradient of shape
# `(32, 27)`, then the sum takes it back to the shape of the variable, `(32, 1)`. (Which dimension
# goes away? And which argument of `sum` keeps a 1 in its place?)

# %% solution="dcounts_sum_inv"
# dcounts_sum_inv: the gradient of counts_sum_inv, shape (32, 1)
### BEGIN SOLUTION
dcounts_sum_inv = (counts * dprobs).sum(1, keepdim=True)
### END SOLUTION

# %% check="dcounts_sum_inv"
check("dcounts_sum_inv")

# %% [markdown]
# The other factor of the product, `counts`, would be next. But it cannot be finished yet: `counts`
# is *also* what `counts_sum` is computed from, and we have not been there. So the other branch
# first.
#
# ## A power in place of a reciprocal
#
# `counts_sum_inv = counts_sum**-1` is a reciprocal, written as a power. One rule covers every
# power, so there is nothing special to remember for $\frac1x$, for a square or for a square root:
#
# $$\frac{d}{dx}x^k = k\,x^{k-1}\qquad\text{here, with } k = -1:\quad
# \frac{d}{dx}x^{-1} = -x^{-2}$$
#
# You will use it three times in this stage: now, for a square ($k = 2$), and for one over a square
# root ($k = -\frac12$). There is a small second reason for the power. PyTorch's own backward pass
# goes the same way, so the two answers can agree to the last bit, which the check then calls
# *exact*. With $\frac1x$ in the forward pass they would agree up to rounding, which is just as
# right.
#
# **Step 4.** The operation works entry by entry, so the chain rule is a product again. Everything
# has shape `(32, 1)`.

# %% solution="dcounts_sum"
# dcounts_sum: the gradient of counts_sum, shape (32, 1)
### BEGIN SOLUTION
dcounts_sum = (-(counts_sum**-2)) * dcounts_sum_inv
### END SOLUTION

# %% check="dcounts_sum"
check("dcounts_sum")

# %% [markdown]
# ## Addition routes gradients
#
# `counts_sum = counts.sum(1, keepdim=True)` is nothing but addition, 27 terms in each row:
#
# $$\mathtt{counts\_sum}_i = \mathtt{counts}_{i0} + \mathtt{counts}_{i1} + \dots +
# \mathtt{counts}_{i,26}$$
#
# When one of the terms grows by $\varepsilon$, so does the sum: the local derivative is 1 for each
# of them. Addition therefore does not compute anything on the way back. It is a junction: **each
# term gets the upstream gradient as it is.** All 27 entries of row $i$ get the same number,
# $\mathtt{dcounts\_sum}_i$.
#
# Compare with the last section. There a number was copied forwards, and the gradients were summed
# backwards. Here numbers are summed forwards, and the gradient is copied backwards. The two are
# mirror images of each other.
#
# ## A variable with two consumers
#
# `counts` has shape `(32, 27)` and goes two ways: into `probs` as a factor, and into `counts_sum`
# as a term.

# %%
local_rules.draw_two_paths("counts", ("probs", "counts_sum"))

# %% [markdown]
# If $\mathtt{counts}_{ij}$ changes, the loss hears of it twice: directly through
# $\mathtt{probs}_{ij}$, and through the sum, which changes the whole row. Both effects are small,
# so they add. This is the chain rule for several variables:
#
# $$\mathtt{dcounts}_{ij} =
# \underbrace{\mathtt{dprobs}_{ij}\;\mathtt{counts\_sum\_inv}_i}_{\text{through probs}}
# \;+\;\underbrace{\mathtt{dcounts\_sum}_i}_{\text{through counts\_sum}}$$
#
# Frameworks keep one tensor for each variable and *add* to it whatever arrives, never overwrite
# it. That is why PyTorch's `.grad` accumulates, and why we have to set it to `None` between two
# training steps.
#
# **Step 5.** In this stage every variable has exactly one cell. So both contributions belong into
# this one: you may write them in one expression, or set the first and then add the second with
# `+=`. The second has shape `(32, 1)` and the answer `(32, 27)`; broadcasting makes the copies.

# %% solution="dcounts"
# dcounts: the gradient of counts, shape (32, 27); it has two contributions
### BEGIN SOLUTION
dcounts = counts_sum_inv * dprobs
dcounts += torch.ones_like(counts) * dcounts_sum
### END SOLUTION

# %% check="dcounts"
check("dcounts")

# %% [markdown]
# ## The exponential
#
# `counts = norm_logits.exp()`, entry by entry. The exponential is the function that is its own
# derivative, $\frac{d}{dx}e^x = e^x$. So there is nothing left to compute: the local derivative has
# been sitting in memory since the forward pass, under the name of the *output*.
#
# Remember this trick. An operation whose derivative can be written in terms of its output need not
# keep its input; tanh will be another.
#
# **Step 6.** `(32, 27)` everywhere, and no call of `exp` is needed.

# %% solution="dnorm_logits"
# dnorm_logits: the gradient of norm_logits, shape (32, 27)
### BEGIN SOLUTION
dnorm_logits = counts * dcounts
### END SOLUTION

# %% check="dnorm_logits"
check("dnorm_logits")

# %% [markdown]
# ## Subtraction
#
# `norm_logits = logits - logit_maxes` is an addition with a minus sign, and it broadcasts:
# `(32, 27)` minus `(32, 1)`.
#
# $$\mathtt{norm\_logits}_{ij} = \mathtt{logits}_{ij} - \mathtt{logit\_maxes}_i$$
#
# The local derivative is $+1$ for the first operand and $-1$ for the second. And
# $\mathtt{logit\_maxes}_i$ is used 27 times, so its gradient is a sum over the row:
#
# $$\mathtt{dlogit\_maxes}_i = -\sum_j \mathtt{dnorm\_logits}_{ij}$$
#
# ## Why this gradient is zero, and must be
#
# What is the maximum for? If a logit were 1000, `exp` would overflow. Taking the largest logit of
# the row away first keeps all exponents at or below zero. The probabilities do not notice, since a
# factor cancels: for any number $c$,
#
# $$\frac{e^{x_j - c}}{\sum_k e^{x_k - c}} = \frac{e^{-c}\,e^{x_j}}{e^{-c}\sum_k e^{x_k}} =
# \frac{e^{x_j}}{\sum_k e^{x_k}}$$
#
# The loss does not depend on $c$ at all. A quantity that the loss does not depend on has gradient
# zero, whatever its value is. So the sum above *must* cancel, in each row. Here is row 0, from
# PyTorch's own gradient: the black line adds up the bars from left to right, and comes home to
# zero.

# %%
unrolled.draw_cancellation(norm_logits.grad[0], ALPHABET)

# %% [markdown]
# Gradient descent goes against the gradient. So it will push all the other characters down a
# little, and pull the right one up, by as much as all the pushes together. In stage 02 this
# picture returns as a formula.
#
# A computer does not add real numbers, though. Every one of the 26 additions is rounded to about 16
# digits, and the errors do not cancel. What is left is a residue, some $10^{16}$ times smaller than
# the terms. It may differ from one machine to another. It means nothing, and the check knows it: it
# measures a difference against the size of the *terms* that were summed, not against the size of
# the sum.

# %%
largest_term = norm_logits.grad.abs().max()
largest_sum = norm_logits.grad.sum(1).abs().max()
print(f"largest term of a sum: {largest_term:.3f}")
print("largest sum below 1e-15:", bool(largest_sum < 1e-15))

# %% [markdown]
# A warning that goes with it. Because the true answer is zero, other formulas that come out as zero
# are right, too, *on this minibatch*: a wrong sign, for instance. So the check runs your cell a
# second time, with random upstream gradients for which the sum does not cancel. If the formula is
# wrong there, you see a *Note* below the line that says it is right. The grader uses such numbers,
# and to the grader the answer is wrong.
#
# **Step 7.** Write the rule as derived, not the constant zero.

# %% solution="dlogit_maxes"
# dlogit_maxes: the gradient of logit_maxes, shape (32, 1)
### BEGIN SOLUTION
dlogit_maxes = (-dnorm_logits).sum(1, keepdim=True)
### END SOLUTION

# %% check="dlogit_maxes"
check("dlogit_maxes")

# %% [markdown]
# ## The maximum and its one-hot route
#
# `logits` has two consumers: `norm_logits`, by subtraction, and `logit_maxes`, by
# `logits.max(1, keepdim=True).values`. The second one is new.
#
# $$\mathtt{logit\_maxes}_i = \max_j\,\mathtt{logits}_{ij}$$
#
# Ask the question again. If the *largest* entry of row $i$ grows a little, the maximum grows with
# it, one to one. If any other entry grows a little, it is still not the largest, and nothing
# happens. So the local derivative is 1 at one place in each row and 0 everywhere else:
#
# $$\frac{\partial\,\mathtt{logit\_maxes}_i}{\partial\,\mathtt{logits}_{ij}} =
# \begin{cases}1 & \text{if } j = \arg\max_k \mathtt{logits}_{ik}\\0 & \text{otherwise}\end{cases}$$
#
# Row by row that is a *one-hot* vector: all zeros and a single 1. A maximum is a switch. Forwards
# it lets one entry through, backwards it sends the whole gradient to that entry.

# %%
unrolled.draw_row_maxima(logits, ALPHABET)

# %% [markdown]
# Useful pieces: `x.max(1)` returns two things, `.values` and `.indices`; `F.one_hot(indices,
# num_classes=...)` makes one-hot rows (say how many classes: otherwise it makes only as many as the
# largest index asks for). Putting numbers at chosen places of a zero tensor, as in step 1, works as
# well.
#
# ## Two names for one tensor
#
# The gradient of `logits` has two contributions again. The first, from the subtraction, is just
# `dnorm_logits`. It is tempting to start with an assignment and then to add the second one with
# `+=`. There is a trap in that, shown here on other variables:

# %%
first = torch.tensor([1.0, 2.0, 3.0])
total = first  # a second name for the same tensor, not a copy
total += 10.0  # changes that tensor in place
print("first is now", first.tolist())

first = torch.tensor([1.0, 2.0, 3.0])
total = first.clone()  # a copy
total += 10.0
print("first is still", first.tolist())

# %% [markdown]
# An assignment in Python never copies. Without `clone`, `+=` would change `dnorm_logits`, your
# correct answer to an earlier step. In the numbers you would hardly see it here, where the second
# contribution is as good as zero; in another network it would cost you an evening. The check sees
# it, and says so in a note. `a = b + c` in one expression is safe, too: it makes a new tensor.
#
# As in step 7, the maximum's contribution is zero on this minibatch, so an answer without it comes
# out right here and gets a note. On the grader's numbers the contribution is not zero: write it.
#
# **Step 8.** Both contributions: the subtraction's, as it is, and the maximum's, by its one-hot
# route. `(32, 27)` in all.

# %% solution="dlogits"
# dlogits: the gradient of logits, shape (32, 27); it has two contributions
### BEGIN SOLUTION
dlogits = dnorm_logits.clone()
dlogits += F.one_hot(logits.max(1).indices, num_classes=logits.shape[1]) * dlogit_maxes
### END SOLUTION

# %% check="dlogits"
check("dlogits")

# %% [markdown]
# That was the cross entropy. Eight operations forwards, eight gradients backwards, and nearly all
# of it cancels, as you will see in stage 02.
#
# # Part 2 · Back through the output layer
#
# ## The matrix product
#
# `logits = h @ W2 + b2`. Shapes: `(32, 64) @ (64, 27)` gives `(32, 27)`; `b2` has shape `(27,)` and
# is added to every row. With indices, $i$ for the example, $k$ for the hidden unit and $j$ for the
# character:
#
# $$\mathtt{logits}_{ij} = \sum_{k}\mathtt{h}_{ik}\,\mathtt{W2}_{kj} + \mathtt{b2}_j$$
#
# *Which entries of `logits` change when $\mathtt{h}_{ik}$ does?* All of row $i$: entry $j$ changes
# by the factor $\mathtt{W2}_{kj}$. Sum over what changes:
#
# $$\mathtt{dh}_{ik} = \sum_j \mathtt{dlogits}_{ij}\,\mathtt{W2}_{kj}$$
#
# *And when $\mathtt{W2}_{kj}$ does?* All of column $j$, since each example uses the same weight:
# entry $i$ changes by the factor $\mathtt{h}_{ik}$.
#
# $$\mathtt{dW2}_{kj} = \sum_i \mathtt{h}_{ik}\,\mathtt{dlogits}_{ij}$$
#
# In the picture, each entry on the right is made by multiplying the two marked lines on the left
# entry by entry, and summing.

# %%
local_rules.draw_matrix_product()

# %% [markdown]
# A matrix product always sums over *the columns of the left factor and the rows of the right one*.
# In both of our sums that is not how the indices stand, so one factor has to be transposed (`.T`).
# Which one, and on which side it belongs, the shapes tell you:
#
# - `dh` must be `(32, 64)`, and there is `dlogits (32, 27)` and `W2 (64, 27)` to make it from.
# - `dW2` must be `(64, 27)`, and there is `h (32, 64)` and `dlogits (32, 27)`.
#
# With three different sizes there is only one way in which each product fits. You never have to
# remember a formula for this; but if two of the sizes happen to be equal, go back to the indices.
#
# **Step 9.** The gradient of `h`, one matrix product.

# %% solution="dh"
# dh: the gradient of h, shape (32, 64)
### BEGIN SOLUTION
dh = dlogits @ W2.T
### END SOLUTION

# %% check="dh"
check("dh")

# %% [markdown]
# **Step 10.** The gradient of `W2`, the other one. Note that the sum runs over the examples: the
# minibatch disappears, and what is left belongs to the parameter.

# %% solution="dW2"
# dW2: the gradient of W2, shape (64, 27)
### BEGIN SOLUTION
dW2 = h.T @ dlogits
### END SOLUTION

# %% check="dW2"
check("dW2")

# %% [markdown]
# ## The bias
#
# $\mathtt{b2}_j$ is added to entry $j$ of every row: an addition (the gradient passes as it is) and
# a broadcast (32 copies, so 32 gradients to sum). Shapes are aligned from the right, so `(27,)`
# stands beside `(32, 27)` as if it were `(1, 27)`.
#
# $$\mathtt{db2}_j = \sum_i \mathtt{dlogits}_{ij}$$
#
# **Step 11.** Here the variable has one dimension, so no 1 is kept in its place.

# %% solution="db2"
# db2: the gradient of b2, shape (27,)
### BEGIN SOLUTION
db2 = dlogits.sum(0)
### END SOLUTION

# %% check="db2"
check("db2")

# %% [markdown]
# ## tanh, in terms of its output
#
# `h = torch.tanh(hpreact)`, entry by entry. With $u = e^x - e^{-x}$ and $v = e^x + e^{-x}$ we have
# $\tanh x = \frac uv$, and conveniently $u' = v$ and $v' = u$. The quotient rule gives
#
# $$\frac{d}{dx}\tanh x = \frac{u'v - uv'}{v^2} = \frac{v^2 - u^2}{v^2} = 1 - \Big(\frac uv\Big)^2 =
# 1 - \tanh^2 x$$
#
# So the slope is $1 - h^2$ where $h$ is the output, which we have. As with `exp`, nothing needs to
# be computed a second time.

# %%
local_rules.draw_tanh(h)

# %% [markdown]
# At an output of 0 the gradient passes unchanged. Near $\pm1$ the curve is flat, the slope is
# almost 0, and so is the gradient: such a unit learns nothing from such an example. It is
# *saturated*. Batch norm, which comes next, is there to keep most units away from that.
#
# **Step 12.** `(32, 64)` everywhere. Mind the precedence: in Python `**` comes before `*`, and `*`
# before `-`. Brackets cost nothing. (From here on the check may say *equal* where it said *exact*:
# PyTorch rounds some intermediate results at other places than you do. Both are right.)

# %% solution="dhpreact"
# dhpreact: the gradient of hpreact, shape (32, 64)
### BEGIN SOLUTION
dhpreact = (1.0 - h**2) * dh
### END SOLUTION

# %% check="dhpreact"
check("dhpreact")

# %% [markdown]
# # Part 3 · Back through batch norm
#
# Batch norm has the reputation of being the hard part. In atomic operations it is not: you have
# every rule already. What it demands is bookkeeping, because `bndiff` and `hprebn` are used twice.
#
# ## Scale and shift
#
# `hpreact = bngain * bnraw + bnbias`, shapes `(1, 64)`, `(32, 64)` and `(1, 64)`:
#
# $$\mathtt{hpreact}_{ij} = \mathtt{bngain}_{j}\,\mathtt{bnraw}_{ij} + \mathtt{bnbias}_{j}$$
#
# A product and an addition, both broadcast. This time it is a *row* that is copied down, over the
# 32 examples, so the sum backwards runs over the other dimension than in step 3. Ask for each of
# the three variables: where is one entry of it used, and with which factor?
#
# $$\mathtt{dbngain}_j = \sum_i \mathtt{dhpreact}_{ij}\,\mathtt{bnraw}_{ij}\qquad
# \mathtt{dbnraw}_{ij} = \mathtt{dhpreact}_{ij}\,\mathtt{bngain}_j\qquad
# \mathtt{dbnbias}_j = \sum_i \mathtt{dhpreact}_{ij}$$
#
# **Step 13.** `bngain` has shape `(1, 64)`.

# %% solution="dbngain"
# dbngain: the gradient of bngain, shape (1, 64)
### BEGIN SOLUTION
dbngain = (bnraw * dhpreact).sum(0, keepdim=True)
### END SOLUTION

# %% check="dbngain"
check("dbngain")

# %% [markdown]
# **Step 14.** `bnraw` has shape `(32, 64)`: each of its entries is used once.

# %% solution="dbnraw"
# dbnraw: the gradient of bnraw, shape (32, 64)
### BEGIN SOLUTION
dbnraw = bngain * dhpreact
### END SOLUTION

# %% check="dbnraw"
check("dbnraw")

# %% [markdown]
# **Step 15.** `bnbias` has shape `(1, 64)`, two dimensions, unlike `b2`.

# %% solution="dbnbias"
# dbnbias: the gradient of bnbias, shape (1, 64)
### BEGIN SOLUTION
dbnbias = dhpreact.sum(0, keepdim=True)
### END SOLUTION

# %% check="dbnbias"
check("dbnbias")

# %% [markdown]
# ## The normalization
#
# `bnraw = bndiff * bnvar_inv`, shapes `(32, 64)` and `(1, 64)`. Of its two factors, `bndiff` has a
# second consumer (`bndiff2`), so it has to wait, as `counts` had to. `bnvar_inv` has only this one.
#
# $$\mathtt{bnraw}_{ij} = \mathtt{bndiff}_{ij}\,\mathtt{bnvar\_inv}_j$$
#
# The situation is that of `counts_sum_inv` in step 3, turned by 90 degrees.
#
# **Step 16.** From `(32, 64)` to `(1, 64)`.

# %% solution="dbnvar_inv"
# dbnvar_inv: the gradient of bnvar_inv, shape (1, 64)
### BEGIN SOLUTION
dbnvar_inv = (bndiff * dbnraw).sum(0, keepdim=True)
### END SOLUTION

# %% check="dbnvar_inv"
check("dbnvar_inv")

# %% [markdown]
# `bnvar_inv = (bnvar + 1e-5) ** -0.5`: one over the standard deviation. The tiny constant keeps it
# finite for a unit whose value is the same in all examples. It is the power rule again, with
# $k = -\frac12$:
#
# $$\frac{d}{dx}(x + \epsilon)^{-\frac12} = -\tfrac12\,(x + \epsilon)^{-\frac32}$$
#
# The constant has no gradient of its own, but it does not disappear from the formula: the slope is
# taken at $x + \epsilon$. Leaving it out changes the answer in the sixth digit, and the check will
# see it.
#
# **Step 17.** Entry by entry, `(1, 64)`.

# %% solution="dbnvar"
# dbnvar: the gradient of bnvar, shape (1, 64)
### BEGIN SOLUTION
dbnvar = (-0.5 * (bnvar + 1e-5) ** -1.5) * dbnvar_inv
### END SOLUTION

# %% check="dbnvar"
check("dbnvar")

# %% [markdown]
# ## Bessel's correction, and why `n - 1`
#
# $$\mathtt{bnvar}_j = \frac{1}{n-1}\sum_i \mathtt{bndiff2}_{ij}$$
#
# A variance is the mean of the squared distances from the mean. So why not divide by $n$?
#
# Because we do not know the true mean $\mu$. We use the mean $\bar x$ of the same 32 numbers, and
# that one is biased in our favor: of all numbers, the mean of the sample is the one to which the
# sample is *closest* in squared distance. Distances from it come out too small. By how much? Write
# $x_i - \mu$ as $(x_i - \bar x) + (\bar x - \mu)$, square, and sum. The mixed terms cancel, since
# the distances $x_i - \bar x$ sum to zero:
#
# $$\sum_i (x_i - \mu)^2 = \sum_i (x_i - \bar x)^2 + n\,(\bar x - \mu)^2$$
#
# On average the left side is $n\sigma^2$. The last term is $n$ times the variance of a mean of $n$
# numbers, that is $n\cdot\frac{\sigma^2}{n} = \sigma^2$. What remains for the sum that we can
# compute is $(n-1)\,\sigma^2$; dividing it by $n - 1$ is right on average. One of the $n$ numbers
# has, so to speak, been spent on the mean.
#
# The picture tries it on random numbers whose true variance is 1.

# %%
local_rules.draw_bessel()

# %% [markdown]
# A minibatch is a sample, and a small one, so dividing by $n - 1$ is the honest choice. (PyTorch's
# own batch norm divides by $n$ when it normalizes in training, and by $n - 1$ in the variance that
# it keeps for later. We divide by $n - 1$ in both places.)
#
# For the gradient it is only a sum and a constant factor. As in step 5, each of the $n$ terms gets
# the upstream gradient as it is, times the factor: a sum forwards is copies backwards.
#
# **Step 18.** From `(1, 64)` to `(32, 64)`. An answer of shape `(1, 64)` would broadcast nicely in
# everything that follows, but it is not the gradient: that has an entry for each entry of
# `bndiff2`. Make the copies, for instance with the help of `torch.ones_like` or `expand_as`.

# %% solution="dbndiff2"
# dbndiff2: the gradient of bndiff2, shape (32, 64)
### BEGIN SOLUTION
dbndiff2 = 1.0 / (n - 1) * torch.ones_like(bndiff2) * dbnvar
### END SOLUTION

# %% check="dbndiff2"
check("dbndiff2")

# %% [markdown]
# ## Two consumers again
#
# Now `bndiff`, shape `(32, 64)`, can be finished. It went into `bnraw`, as a factor, and into
# `bndiff2 = bndiff**2`, by the power rule with $k = 2$.

# %%
local_rules.draw_two_paths("bndiff", ("bnraw", "bndiff2"))

# %% [markdown]
# $$\mathtt{dbndiff}_{ij} =
# \underbrace{\mathtt{dbnraw}_{ij}\;\mathtt{bnvar\_inv}_j}_{\text{through bnraw}} \;+\;
# \underbrace{\mathtt{dbndiff2}_{ij}\cdot 2\,\mathtt{bndiff}_{ij}}_{\text{through bndiff2}}$$
#
# The first is the direct effect of an activation. The second is the indirect one: an activation far
# from the mean makes the variance larger, and thereby changes all the examples of its column.
#
# **Step 19.** Both contributions, in one cell.

# %% solution="dbndiff"
# dbndiff: the gradient of bndiff, shape (32, 64); it has two contributions
### BEGIN SOLUTION
dbndiff = bnvar_inv * dbnraw
dbndiff += (2 * bndiff) * dbndiff2
### END SOLUTION

# %% check="dbndiff"
check("dbndiff")

# %% [markdown]
# ## The mean
#
# `bndiff = hprebn - bnmeani`, shapes `(32, 64)` and `(1, 64)`. It is a broadcast subtraction, as in
# step 7:
#
# $$\mathtt{dbnmeani}_j = -\sum_i\mathtt{dbndiff}_{ij}$$
#
# Here the sum does not cancel as a whole. But a part of it does: the contribution that came
# through the variance is $\mathtt{dbndiff2}_{ij}\cdot 2\,\mathtt{bndiff}_{ij}$, where
# $\mathtt{dbndiff2}$ is the same in the whole column, and the distances from the mean sum to zero.
# To move the mean a little does not change the variance, to first order: the mean is exactly where
# the sum of squares is smallest. Stage 03 will make use of this.
#
# **Step 20.** `bnmeani` has this one consumer. Shape `(1, 64)`.

# %% solution="dbnmeani"
# dbnmeani: the gradient of bnmeani, shape (1, 64)
### BEGIN SOLUTION
dbnmeani = (-dbndiff).sum(0, keepdim=True)
### END SOLUTION

# %% check="dbnmeani"
check("dbnmeani")

# %% [markdown]
# And finally `hprebn`, the last variable with two consumers: `bndiff` (the subtraction, factor 1)
# and `bnmeani = 1 / n * hprebn.sum(0, keepdim=True)` (a sum and a factor).
#
# $$\mathtt{dhprebn}_{ij} = \underbrace{\mathtt{dbndiff}_{ij}}_{\text{through bndiff}} \;+\;
# \underbrace{\tfrac1n\,\mathtt{dbnmeani}_j}_{\text{through bnmeani}}$$
#
# **Step 21.** Shape `(32, 64)`. If you write it in two lines, think of step 8 before you write the
# first one.

# %% solution="dhprebn"
# dhprebn: the gradient of hprebn, shape (32, 64); it has two contributions
### BEGIN SOLUTION
dhprebn = dbndiff.clone()
dhprebn += 1.0 / n * (torch.ones_like(hprebn) * dbnmeani)
### END SOLUTION

# %% check="dhprebn"
check("dhprebn")

# %% [markdown]
# Seven operations forwards, nine gradients backwards. In stage 03 they will shrink to a single
# line.
#
# # Part 4 · Back to the embedding
#
# ## The first linear layer
#
# `hprebn = embcat @ W1 + b1`, shapes `(32, 30) @ (30, 64)` plus `(64,)`. You know this one: it is
# Part 2 with other names and sizes. Do it from the shapes.
#
# **Step 22.** The gradient of the layer's input.

# %% solution="dembcat"
# dembcat: the gradient of embcat, shape (32, 30)
### BEGIN SOLUTION
dembcat = dhprebn @ W1.T
### END SOLUTION

# %% check="dembcat"
check("dembcat")

# %% [markdown]
# **Step 23.** The gradient of its weights.

# %% solution="dW1"
# dW1: the gradient of W1, shape (30, 64)
### BEGIN SOLUTION
dW1 = embcat.T @ dhprebn
### END SOLUTION

# %% check="dW1"
check("dW1")

# %% [markdown]
# The gradient of the bias has a surprise in it, and you have met its like in step 7. `b1` adds the
# same number to all 32 entries of a column of `hprebn`. What does batch norm do to them next? It
# takes the mean of the column away, and with it the number. So the loss does not depend on `b1`,
# and `db1` is zero but for rounding. A bias in front of a batch norm is dead weight; the job is
# `bnbias`'s.
#
# **Step 24.** Write the rule all the same, as for `b2`, and let it find its own zero.

# %% solution="db1"
# db1: the gradient of b1, shape (64,)
### BEGIN SOLUTION
db1 = dhprebn.sum(0)
### END SOLUTION

# %% check="db1"
check("db1")

# %% [markdown]
# ## View and concatenation
#
# `embcat = emb.view(emb.shape[0], -1)` computes nothing. It takes the three embeddings of a
# context, each with 10 numbers, and reads them as one row of 30: concatenation, without moving
# anything in memory. Position $p$ and component $e$ become column $10p + e$:
#
# $$\mathtt{embcat}_{i,\,10p+e} = \mathtt{emb}_{i,p,e}$$
#
# Each entry of the one tensor is one entry of the other, with local derivative 1. So its gradient
# is the same number, too, and all that is left to do backwards is to give the numbers their old
# indices back. Here it is on a small tensor:

# %%
small = torch.arange(12).view(2, 3, 2)  # 2 examples, 3 positions, 2 components
flat = small.view(2, -1)  # (2, 6)
print(flat)
print("back again:", torch.equal(flat.view(2, 3, 2), small))

# %% [markdown]
# The layout matters. `(32, 10, 3)` has as many entries as `(32, 3, 10)`, and PyTorch would not
# complain; but the numbers would belong to other characters.
#
# **Step 25.** From `(32, 30)` to `(32, 3, 10)`.

# %% solution="demb"
# demb: the gradient of emb, shape (32, 3, 10)
### BEGIN SOLUTION
demb = dembcat.view(emb.shape)
### END SOLUTION

# %% check="demb"
check("demb")

# %% [markdown]
# ## Indexing as scatter-add
#
# The last step. `emb = C[Xb]` looks up a row of the table for each of the 32 · 3 = 96 characters:
#
# $$\mathtt{emb}_{i,p,e} = \mathtt{C}_{\mathtt{Xb}_{ip},\,e}$$
#
# Ask the question for one row of `C`, say that of the letter `a`. It is copied to each place where
# the context has an `a`. Whenever a variable is used several times, the gradients of its uses add
# up. So the gradient of row `a` is the *sum* of the rows of `demb` at all those places:
#
# $$\mathtt{dC}_{r} = \sum_{(i,p)\,:\;\mathtt{Xb}_{ip} = r}\mathtt{demb}_{i,p}$$
#
# Gathering forwards is *scattering and adding* backwards. Here is how often each row is looked up
# in our minibatch. A row that is never looked up gets the gradient zero.

# %%
unrolled.draw_occurrences(Xb, ALPHABET)

# %% [markdown]
# As a program this is easiest to see as a double loop: start with zeros; walk over all places; at
# each, look which row it came from, and add the gradient of the place to that row. On a table of
# three rows, looked up at four places:

# %%
places = torch.tensor([[0, 2], [2, 2]])  # which row of the table each place shows, (2, 2)
arriving = torch.tensor([[[1.0, 10.0], [2.0, 20.0]], [[3.0, 30.0], [4.0, 40.0]]])  # (2, 2, 2)

by_loop = torch.zeros(3, 2)  # the table has 3 rows of 2 numbers
for i in range(2):
    for p in range(2):
        by_loop[places[i, p]] += arriving[i, p]
print(by_loop)

# %% [markdown]
# Row 0 got the one gradient that belongs to it, row 1 nothing, and row 2 the sum of three.
#
# It looks as if the loop could be replaced by a single line with an index on the left. Be careful:

# %%
by_index = torch.zeros(3, 2)
by_index[places] += arriving  # reads, adds and writes back: the rows that occur twice are lost
print("the same as the loop:", torch.equal(by_index, by_loop))

# %% [markdown]
# Such a line first reads all the rows, then adds, then writes them all back. Row 2 is written three
# times, and only one of the writes survives. The operation that we want adds *every time*. It is
# called `index_add_`:
#
# `table.index_add_(0, index, source)` adds row 0 of `source` to the row `index[0]` of `table`, row
# 1 to the row `index[1]`, and so on, one after the other.
#
# It wants a flat list of row numbers, and a matrix with as many rows. So both the indices and the
# gradients lose the distinction between example and position: `(32, 3)` becomes `(96,)`, and
# `(32, 3, 10)` becomes `(96, 10)`.
#
# **Step 26.** Write the double loop first; when its check passes, write it with `index_add_` and
# see the check pass again. `C` has shape `(27, 10)`.

# %% solution="dC"
# dC: the gradient of C, shape (27, 10)
### BEGIN SOLUTION
# As the double loop.
dC = torch.zeros_like(C)
for i in range(Xb.shape[0]):
    for p in range(Xb.shape[1]):
        dC[Xb[i, p]] += demb[i, p]
# The same in one call.
dC = torch.zeros_like(C).index_add_(0, Xb.flatten(), demb.flatten(0, 1))
### END SOLUTION

# %% check="dC"
check("dC")

# %% [markdown]
# # What you have
#
# All of them side by side: the size of each gradient (the root of the mean of its squares) and what
# the check says of it. The scale is logarithmic: each line of the grid is a factor of a thousand. A
# step that is not done yet is marked as such, and so is an answer that is wrong only because an
# earlier one is. So this picture is worth drawing at any time.

# %%
unrolled.draw_gradients(globals(), check.verdicts())

# %% [markdown]
# Two bars are short, some fourteen powers of ten below the rest: `dlogit_maxes` and `db1`. These
# are the two gradients that must be zero. What you see of them is rounding.
#
# The list of all steps, with the hints you used, and then the graph with a mark on each gradient:

# %%
check.summary()

# %% tags=["nbval-ignore-output"]
check.graph()

# %% [markdown]
# ## Summary
#
# One question was enough for everything: *if this entry changes a little, which entries of the
# result change, and by how much?* The answers:
#
# | forwards | backwards |
# | --- | --- |
# | entry by entry, $y = f(x)$ | times $f'(x)$, often in terms of $y$ |
# | sum, addition | copies |
# | broadcast | sum over the copies |
# | product | times the other factor |
# | matrix product | two matrix products; the shapes say which |
# | used twice | the sum of both contributions |
# | maximum | all to the winner |
# | view | view |
# | indexing | scatter-add |
#
# And two habits: a gradient has the shape of its variable; and a quantity that the loss does not
# depend on has gradient zero.
#
# ## Three questions to think about
#
# 1. The gradients of the parameters are sums over the examples. Where in your 26 steps did the
#    factor $\frac1n$ enter, and what would change in `dW1` if it were left out?
# 2. `bngain` starts near 1. Suppose that it were exactly 0 for one hidden unit. Which gradients of
#    that unit are then zero, and could training bring the unit to life again?
# 3. Which forward variables did your backward pass read? Mark them in the drawing of the graph.
#    These are what PyTorch has to keep in memory between the two passes. Which could it forget?
#
# ## Next
#
# In [stage 02](../02_cross_entropy/02_cross_entropy.ipynb) the eight steps of Part 1 collapse into
# one expression, and you find out what is gained by it, apart from beauty.
