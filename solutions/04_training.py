# %% [markdown]
# # 04 · Training with your own gradients
#
# You have derived every gradient of the network, and fused the two parts where fusing pays. Now you
# put them together into one function, and train with it. PyTorch multiplies matrices and draws
# random numbers; not one gradient comes from it.
#
# **What you will be able to do**
#
# - write the backward pass of a whole network as one function;
# - write a training loop, and say what each of its lines is for;
# - read three pictures that tell whether a network trains well: the loss, the size of the updates,
#   and the saturation of the hidden layer;
# - explain why batch norm needs calibration before a network can be used;
# - measure a network on names that it has not seen, and let it invent some.
#
# There are two steps: `backward`, for 7 points, and `parameters`, for 3. Keep your notebooks of
# stages 01 to 03 at hand: nearly every line that you need is in them.

# %% locked="setup"
import matplotlib.pyplot as plt  # for plots of your own
import torch
import torch.nn.functional as F

from autograder import Check
from autograder.figures.training import draw_loss, draw_saturation, draw_update_ratios
from autograder.inference import bigram_loss
from autograder.minibatch import draw_minibatch
from autograder.names import ALPHABET, build_dataset, decode, load_names, split_names
from autograder.progress import progress

torch.set_default_dtype(torch.float32)  # half the memory of float64, and precise enough to train
torch.set_num_threads(1)  # the matrices are small: a second thread would only wait
check = Check("04_training", globals())

# %% [markdown]
# ## Three parts of the names
#
# A network that is only ever asked about names it has trained on may simply learn them by heart. So
# the names are shuffled and cut in three:
#
# - the **training** part (80 %) is what the network learns from;
# - the **validation** part (10 %) is what you look at while you try out sizes and rates;
# - the **test** part (10 %) is looked at once, in the end. Every look that leads to a change uses
#   it up a little, because you begin to choose what happens to do well on it.
#
# The names are cut before they become windows of characters. Cutting the windows instead would put
# the beginning of a name into one part and its end into another.

# %% locked="data"
names = load_names()
training_names, validation_names, test_names = split_names(names)
Xtr, Ytr = build_dataset(training_names)
Xva, Yva = build_dataset(validation_names)
Xte, Yte = build_dataset(test_names)
for title, X in (("training", Xtr), ("validation", Xva), ("test", Xte)):
    print(f"{title:10} X {tuple(X.shape)}")

# %% [markdown]
# ## The network
#
# It is the network of stage 01 with one difference: the hidden layer has 200 units instead of 64.
# The parameters stand in a list, always in the same order:
#
# | parameter | shape | numbers |
# | --- | --- | --- |
# | `C` | `(27, 10)` | 270 |
# | `W1` | `(30, 200)` | 6,000 |
# | `b1` | `(200,)` | 200 |
# | `W2` | `(200, 27)` | 5,400 |
# | `b2` | `(27,)` | 27 |
# | `bngain` | `(1, 200)` | 200 |
# | `bnbias` | `(1, 200)` | 200 |
#
# The sizes of the random numbers at the start matter. `W1` is scaled by
# $\frac{5}{3} / \sqrt{30}$: dividing by the root of the 30 inputs keeps the sums from growing, and
# the factor $\frac{5}{3}$ makes up for what tanh takes away. (Batch norm forgives a wrong choice
# here; without it, you would see the difference at once.) `W2` and `b2` are small, so that at first
# all 27 characters are about equally likely.

# %% locked="start"
generator = torch.Generator().manual_seed(2147483647)


def normal(*shape):
    return torch.randn(shape, generator=generator)


PARAMETERS = ("C", "W1", "b1", "W2", "b2", "bngain", "bnbias")
start = [
    normal(27, 10),
    normal(30, 200) * (5 / 3) / 30**0.5,
    normal(200) * 0.1,
    normal(200, 27) * 0.1,
    normal(27) * 0.1,
    1 + normal(1, 200) * 0.1,
    normal(1, 200) * 0.1,
]
print(f"{sum(p.numel() for p in start):,} parameters")

# %% [markdown]
# ## Forward
#
# The forward pass below is written for use, not for study: PyTorch's own cross entropy, and no
# variable that nobody needs later. Besides the loss it returns what the backward pass will want to
# read, `kept`:
#
# | kept | shape | needed for |
# | --- | --- | --- |
# | `embcat` | `(n, 30)` | the gradient of `W1` |
# | `bnvar_inv` | `(1, 200)` | batch norm |
# | `bnraw` | `(n, 200)` | batch norm, and the gradient of its gain |
# | `h` | `(n, 200)` | tanh, and the gradient of `W2` |
# | `logits` | `(n, 27)` | cross entropy |
#
# This is what a deep learning library does for you, and it is why training takes so much more
# memory than prediction: everything kept waits for the backward pass.


# %% locked="forward"
def forward(parameters, Xb, Yb):
    """The mean loss of a minibatch, a scalar, and the tensors that `backward` reads."""
    C, W1, b1, W2, b2, bngain, bnbias = parameters
    n = len(Xb)
    embcat = C[Xb].view(n, -1)  # (n, 30)
    hprebn = embcat @ W1 + b1  # (n, 200)
    bndiff = hprebn - hprebn.mean(0, keepdim=True)
    bnvar = (bndiff**2).sum(0, keepdim=True) / (n - 1)  # (1, 200)
    bnvar_inv = (bnvar + 1e-5) ** -0.5
    bnraw = bndiff * bnvar_inv
    h = torch.tanh(bngain * bnraw + bnbias)
    logits = h @ W2 + b2  # (n, 27)
    loss = F.cross_entropy(logits, Yb)
    return loss, (embcat, bnvar_inv, bnraw, h, logits)


# %% [markdown]
# A first look, before any training. A network that knows nothing should give each of 27 characters
# the probability $\frac{1}{27}$, and so have the loss $\ln 27 \approx 3.30$. If yours begins far
# above that, its last layer is too sure of itself for no reason, and the first thousand steps go
# into unlearning it. Ours begins a little above.

# %%
Xb, Yb = draw_minibatch(Xtr, Ytr, 32, torch.Generator().manual_seed(0))
loss, kept = forward(start, Xb, Yb)
print(f"loss before training {loss:.1f}, of a blind guess {torch.tensor(27.0).log():.1f}")

# %% [markdown]
# ## Backward
#
# Follow the gradient through the network once more, from the loss to the embedding. Every arrow is
# something you have done:
#
# $$L \to \texttt{dlogits} \to \texttt{dh} \to \texttt{dhpreact} \to \texttt{dhprebn} \to
# \texttt{dembcat} \to \texttt{demb} \to \texttt{dC}$$
#
# | what | the rule | from |
# | --- | --- | --- |
# | `dlogits` `(n, 27)` | $\frac{1}{n}(\mathrm{softmax} - \mathrm{onehot})$, row by row | stage 02 |
# | `dh`, `dW2`, `db2` | the matrix product and its bias | stage 01 |
# | `dhpreact` `(n, 200)` | tanh, in terms of its output | stage 01 |
# | `dbngain`, `dbnbias` | broadcast forwards, so a sum backwards | stage 01 |
# | `dhprebn` `(n, 200)` | batch norm in one expression | stage 03 |
# | `dembcat`, `dW1`, `db1` | the matrix product and its bias | stage 01 |
# | `demb` `(n, 3, 10)` | the same numbers in another shape | stage 01 |
# | `dC` `(27, 10)` | each row collects from wherever it was used | stage 01 |
#
# **Your step.** Complete `backward`. It returns the seven gradients, in the order of the
# parameters, each with the shape of its parameter. Two things to bear in mind:
#
# - The check calls your function with other sizes too, and in float64. Read sizes off the tensors:
#   the number of examples is `len(Xb)`, and a gradient is as large as its parameter.
# - Leave the arguments as they are; what you change in place should be your own.
#
# For `dC`, use `index_add_` and not the double loop: this function will run 20,000 times.


# %% solution="backward"
def backward(parameters, kept, Xb, Yb):
    """The gradients of the mean loss: dC, dW1, db1, dW2, db2, dbngain, dbnbias."""
    C, W1, _, W2, _, bngain, _ = parameters  # of the three additions only the shapes matter
    embcat, bnvar_inv, bnraw, h, logits = kept
    n = len(Xb)
    ### BEGIN SOLUTION
    dlogits = torch.softmax(logits, 1)
    dlogits[torch.arange(n), Yb] -= 1
    dlogits /= n
    dh = dlogits @ W2.T
    dW2 = h.T @ dlogits
    db2 = dlogits.sum(0)
    dhpreact = (1 - h * h) * dh
    dbngain = (bnraw * dhpreact).sum(0, keepdim=True)
    dbnbias = dhpreact.sum(0, keepdim=True)
    dhprebn = bngain * bnvar_inv * (dhpreact - dbnbias / n - bnraw * dbngain / (n - 1))
    dembcat = dhprebn @ W1.T
    dW1 = embcat.T @ dhprebn
    db1 = dhprebn.sum(0)
    demb = dembcat.view(-1, C.shape[1])
    dC = torch.zeros_like(C).index_add_(0, Xb.view(-1), demb)
    ### END SOLUTION
    return dC, dW1, db1, dW2, db2, dbngain, dbnbias


# %% check="backward"
check("backward")

# %% [markdown]
# Look at the sizes of what you have computed. One of the seven stands out:

# %%
for name, gradient in zip(PARAMETERS, backward(start, kept, Xb, Yb), strict=True):
    size = float(gradient.abs().max())
    print(f"d{name:8} {tuple(gradient.shape)!s:10}", f"{size:.3f}" if size > 1e-5 else "rounding")

# %% [markdown]
# `b1` has no gradient but rounding. Batch norm takes the mean away right after `b1` is added, so
# whatever `b1` is, it is taken away again: the loss does not depend on it. In a network of your own
# you would leave `b1` out. Here it stays, as in the lecture, and soon you will see it in a plot.
#
# ## The training loop
#
# Training repeats one small thing many times: look at a few examples, ask how each parameter should
# change to make *their* loss smaller, change it a little. Line by line:
#
# 1. **Draw a minibatch** `Xb`, `Yb` of 32 examples, with `draw_minibatch` and the generator
#    `draws`. The gradient of 32 random examples points, on average, where the gradient of all of
#    them does, and costs a thousandth of it or less. Many rough steps beat a few exact ones.
# 2. **Run forward.** This gives `loss` and what the backward pass needs.
# 3. **Run backward.** This gives `gradients`, seven tensors.
# 4. **Choose the rate**, `rate`: 0.1 while there is far to go, and 0.01 from step `LOWERED` on.
#    With the large rate the parameters end up jumping about the bottom of the valley, each
#    minibatch pulling them its own way; smaller steps let them settle.
# 5. **Update**: subtract from every parameter its gradient times the rate. The gradient points
#    uphill; that is what the minus is for. Change the tensors in place (`-=`), so that the list
#    `parameters` holds the new values.
#
# Two lines around it are given. `torch.no_grad()` tells PyTorch not to record anything: the
# backward pass is yours, so a recording would be work for nothing. `progress` is the loop's bar.
#
# To see later how the training went, `note` writes down two things: the loss of every step, and
# every 100 steps how large the update of each parameter is *compared with the parameter itself*.

# %% locked="note"
STEPS, LOWERED = 20_000, 15_000
EVERY = 100
losses = []
ratios = {name: [] for name in PARAMETERS}


def note(step, loss, rate, parameters, gradients):
    """Write down the loss, and now and then the update-to-data ratio of each parameter."""
    if step == 0:  # a second training begins a new page
        losses.clear()
        for values in ratios.values():
            values.clear()
    losses.append(float(loss))
    if step % EVERY == 0:
        for name, parameter, gradient in zip(PARAMETERS, parameters, gradients, strict=True):
            ratios[name].append(float(rate * gradient.norm() / parameter.norm()))


# %% [markdown]
# **Your step.** Fill in the five lines. The training takes a few seconds; you may stop it with the
# stop button (■) and run the cell again. The check then calibrates batch norm for your `parameters`
# (below you do the same) and measures them on the test part. They have to be clearly better than a
# model that looks at one character only.

# %% solution="parameters" tags=["nbval-ignore-output"]
# parameters: the seven tensors after training, shapes as in `start`
parameters = [p.clone() for p in start]
draws = torch.Generator().manual_seed(42)
with torch.no_grad():
    for step in progress(STEPS):
        # to make: Xb, Yb, loss, gradients, rate; then update every parameter
        ### BEGIN SOLUTION
        Xb, Yb = draw_minibatch(Xtr, Ytr, 32, draws)
        loss, kept = forward(parameters, Xb, Yb)
        gradients = backward(parameters, kept, Xb, Yb)
        rate = 0.1 if step < LOWERED else 0.01
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter -= rate * gradient
        ### END SOLUTION
        note(step, loss, rate, parameters, gradients)

# %% check="parameters"
check("parameters")

# %% [markdown]
# ## How did it go? The loss
#
# The loss of a single minibatch jumps: 32 examples may be easy or hard. The mean over a few hundred
# of them is what to look at. It falls steeply at first, when the network learns how often each
# character occurs; then slowly, when it learns which follow which. Where the rate is lowered there
# is a small step down: the jumping stops, and the loss that it cost is won.

# %%
yardsticks = {
    "a blind guess": float(torch.tensor(27.0).log()),
    "counting pairs of characters": bigram_loss(Xtr, Ytr, Xva, Yva),
}
draw_loss(losses, LOWERED, yardsticks)

# %% [markdown]
# ## Are the updates the right size?
#
# An update of 0.001 is large for a parameter around 0.01 and nothing for one around 10. So compare
# the two: the **update-to-data ratio** is the size of the update over the size of the parameter,
#
# $$\frac{\lVert \texttt{rate} \cdot \nabla_p L \rVert}{\lVert p \rVert}.$$
#
# A rule of thumb: around one thousandth, $10^{-3}$, is healthy. Much smaller, say $10^{-5}$, and
# the parameter hardly moves while the others learn around it: raise the rate, or look for a
# gradient that vanishes on its way. Much larger, say $10^{-1}$, and it is thrown about: lower the
# rate. It is no law, but when one parameter is far from all others, there is nearly always a reason
# worth knowing.

# %%
draw_update_ratios(ratios, EVERY)

# %% [markdown]
# Five of the lines lie between about one thousandth and one hundredth while the rate is 0.1, `W2` a
# little higher still: a rate on the bold side, good for getting far in little time. Lowering it to
# a tenth lowers every line by one. And far below the others, in a panel of its own, lies `b1`,
# whose gradient is nothing but rounding. If you did not know why, this plot would be how you find
# out.
#
# ## Is the hidden layer alive?
#
# Tanh squeezes every number into the range from -1 to 1. Its slope is $1 - h^2$: at $h = 0$ the
# whole gradient passes, at $h = \pm 0.97$ one seventeenth of it, at $h = \pm 1$ nothing. A unit
# that is near -1 or 1 is called **saturated**. For an example where it is, it does not learn.
#
# Some saturation is normal: a unit that makes up its mind is useful. What to fear is a *column*
# that is dark from top to bottom: a unit saturated for every example never learns again, and is
# called dead.
#
# The picture shows the hidden layer for the same examples at the start, after training, and, to
# show what trouble looks like, with the gains of the start made ten times as large.

# %%
Xb, Yb = draw_minibatch(Xtr, Ytr, 500, torch.Generator().manual_seed(3))
saturated = [p.clone() for p in start]
saturated[5] *= 10
draw_saturation(
    {
        "at the start": forward(start, Xb, Yb)[1][3],
        "after training": forward(parameters, Xb, Yb)[1][3],
        "gain × 10: trouble": forward(saturated, Xb, Yb)[1][3],
    }
)

# %% [markdown]
# In the upper row, healthy layers spread over the whole range; the troubled one has all its values
# at the two ends. In the lower row, each dark cell is an example for which that unit lets hardly
# any gradient through. In the troubled layer only about one cell in six still learns.
#
# Batch norm is what keeps the first two pictures good: it sees to it that the input of every tanh
# has mean 0 and variance 1 before gain and bias, whatever `W1` does. Only the gain, which is
# learned like everything else, decides how far the values go towards the ends.
#
# ## Calibration
#
# While the network trains, batch norm normalizes with the mean and the variance *of the minibatch*.
# That has a strange consequence: what the network says of one example depends on which other
# examples happen to be in the batch with it. Here is one window in the company of two different
# minibatches:

# %% tags=["nbval-ignore-output"]
first, second = torch.Generator().manual_seed(4), torch.Generator().manual_seed(5)
for companions in (first, second):
    Xb, Yb = draw_minibatch(Xtr, Ytr, 31, companions)
    Xb, Yb = torch.cat([Xva[2:3], Xb]), torch.cat([Yva[2:3], Yb])
    logits = forward(parameters, Xb, Yb)[1][4]
    probability = torch.softmax(logits[0], 0)[Yva[2]]
    print(f"p({decode([Yva[2]])} | {decode(Xva[2])}) = {probability:.3f}")

# %% [markdown]
# In training this does no harm; the noise even helps a little. But when the network is used there
# may be one example only, and a single example has no variance at all: its Bessel-corrected
# variance is $0 / 0$. So measure the mean and the variance of `hprebn` once, after training, over
# the whole training part, and from then on normalize with these two. That is **calibration**. The
# network becomes an ordinary function: the same window, the same answer.
#
# (Many libraries keep a running mean during training instead, and need no extra pass. It comes to
# nearly the same. Measuring once is easier to get right.)
#
# The statistics come from the training part, never from the data you measure on: they belong to the
# model, just as the weights do.


# %% locked="calibration"
@torch.no_grad()
def calibrate(parameters, X):
    """Mean and variance of `hprebn` over the windows `X`, each of shape (1, hidden)."""
    C, W1, b1, *_ = parameters
    hprebn = C[X].view(len(X), -1) @ W1 + b1
    return hprebn.mean(0, keepdim=True), hprebn.var(0, keepdim=True)  # var divides by n - 1


@torch.no_grad()
def predict(parameters, statistics, X):
    """The logits (N, 27) for windows X (N, 3), each window by itself."""
    C, W1, b1, W2, b2, bngain, bnbias = parameters
    mean, variance = statistics
    hprebn = C[X].view(len(X), -1) @ W1 + b1
    bnraw = (hprebn - mean) * (variance + 1e-5) ** -0.5
    return torch.tanh(bngain * bnraw + bnbias) @ W2 + b2


statistics = calibrate(parameters, Xtr)
print("mean", tuple(statistics[0].shape), " variance", tuple(statistics[1].shape))

# %% [markdown]
# Note that the calibrated layer is linear until the tanh: a mean taken away, and a factor for each
# unit. For fast prediction one multiplies both into `W1` and `b1` and forgets that batch norm was
# ever there.
#
# ## The loss of each part
#
# Now measure. The training loss tells how well the network fits; the validation loss, how well it
# does on names it has not seen. When the two are close, the network has learned what is common to
# names; when validation is far above training, it has begun to learn its names by heart.


# %% tags=["nbval-ignore-output"]
def split_loss(X, Y):
    """The mean loss of the calibrated network, some thousand windows at a time."""
    total = 0.0
    for windows, targets in zip(X.split(10_000), Y.split(10_000), strict=True):
        logits = predict(parameters, statistics, windows)
        total += float(F.cross_entropy(logits, targets, reduction="sum"))
    return total / len(X)


print(f"counting pairs, validation {bigram_loss(Xtr, Ytr, Xva, Yva):.2f}")
for title, X, Y in (("training", Xtr, Ytr), ("validation", Xva, Yva)):
    print(f"network, {title:17} {split_loss(X, Y):.2f}")

# %% [markdown]
# The two losses of the network are close: 12,297 parameters are not enough to learn this many names
# by heart. The network is too small, or trained too briefly, rather than too large.
#
# The lecture trains the same network for 200,000 steps and arrives at 2.07 on its training names
# and 2.11 on its validation names. `make train` does this with a backward pass like yours, made
# fast; it takes about half a minute. (Without `make`, run `python -m autograder.train`.) With
# `NAMES_FILE` you can train on another list: towns, dragons, medicines.
#
# ## New names
#
# To invent a name, begin with a window of three dots. Ask for the probabilities of the next
# character, draw one accordingly, move the window along by one, and go on until a dot is drawn.

# %% tags=["nbval-ignore-output"]
dice = torch.Generator().manual_seed(7)
invented = []
while len(invented) < 20:
    window, letters = [0, 0, 0], []
    while len(letters) < 30:
        probabilities = torch.softmax(predict(parameters, statistics, torch.tensor([window])), 1)
        drawn = int(torch.multinomial(probabilities, 1, generator=dice))
        if ALPHABET[drawn] == ".":
            break
        letters.append(drawn)
        window = [*window[1:], drawn]
    invented.append(decode(letters))
print("\n".join(", ".join(invented[i : i + 5]) for i in range(0, 20, 5)))

# %% [markdown]
# Not all of them are names yet, but most can be spoken, and some may well be somebody's. Everything
# that makes them so went through gradients that you wrote.

# %%
check.summary()

# %% [markdown]
# ## Summary
#
# - A backward pass is a function like any other: it reads what the forward pass kept, and returns a
#   gradient for each parameter. Fused formulas make it short: fifteen lines or so for this network.
# - A training step is a minibatch, a forward pass, a backward pass and an update. Everything else
#   is there so that you see what happens.
# - An update of about a thousandth of its parameter is a healthy size. A line far away from the
#   others in that plot has a reason; for `b1` it is that batch norm takes it away.
# - A saturated tanh lets no gradient through. Batch norm keeps the layer in range.
# - Batch norm ties examples together while training. Calibration unties them.
#
# ## Three questions to think about
#
# 1. Multiply `W1` and `b1` by 10 before training. What happens to the loss of the first minibatch,
#    what to `dW1`, and what to the update-to-data ratio of `W1`? Answer with the formula of stage
#    03, then try.
# 2. The rate is 0.1 for a minibatch of 32. If each minibatch had 320 examples, how much would the
#    gradient vary from step to step, and what would you change about the rate and the number of
#    steps?
# 3. Suppose `dC` lost its duplicates: where a character occurs several times in a minibatch, only
#    the last occurrence counts. Would the network still train? Would you notice from the loss
#    alone? What does that say about testing gradients?
#
# ## Where to go next
#
# This was the last stage. You have written, and checked, what `loss.backward()` does. From here:
#
# - *Take it further.* Add a second hidden layer with its own batch norm. Use a context of eight
#   characters. Replace batch norm by layer norm and derive its gradient: the sums run along the
#   other dimension, and calibration is no longer needed. Why?
# - *Improve the update.* Momentum and Adam need a line or two more for each parameter, and your
#   gradients do not change.
# - *Let the machine do it.* Write a class whose objects remember which operation made them, and a
#   `backward` that walks through the operations in reverse, with the rules of stage 01. That is
#   automatic differentiation, and you already know all of its parts.
