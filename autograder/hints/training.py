"""Hints of stage 04: the formulas of the earlier stages in a row, and one update."""

from collections.abc import Mapping

from autograder.hints.hint import Hint

__all__ = ["HINTS"]

HINTS: Mapping[str, Hint] = {
    "backward": Hint(
        rule="*One rule after the other, from the loss to the table.* Cross entropy in one "
        "expression (stage 02); the second linear layer and its bias; tanh in terms of its output; "
        "gain and bias, which are sums over the examples; batch norm in one expression (stage 03); "
        "the first linear layer and its bias; the view; the scatter-add. Each gradient is made of "
        "the one before it and of what `forward` kept. If one of the seven is wrong, look at the "
        "earliest one in this order: all after it follow from it.",
        formula=(
            r"\mathtt{dlogits}_{ij} = \frac{1}{n}\,\big(p_{ij} - "
            r"\mathbf{1}[\,j = \mathtt{Yb}_{i}\,]\big)",
            r"\mathtt{dh}_{ik} = \sum_{j} \mathtt{dlogits}_{ij}\,\mathtt{W2}_{kj} \qquad "
            r"\mathtt{dW2}_{kj} = \sum_{i} \mathtt{h}_{ik}\,\mathtt{dlogits}_{ij} \qquad "
            r"\mathtt{db2}_{j} = \sum_{i} \mathtt{dlogits}_{ij}",
            r"\mathtt{dhpreact}_{ij} = (1 - \mathtt{h}_{ij}^{2})\,\mathtt{dh}_{ij}",
            r"\mathtt{dbngain}_{j} = \sum_{i} \mathtt{dhpreact}_{ij}\,\mathtt{bnraw}_{ij} \qquad "
            r"\mathtt{dbnbias}_{j} = \sum_{i} \mathtt{dhpreact}_{ij}",
            r"\mathtt{dhprebn}_{ij} = \mathtt{bngain}_{j}\,\mathtt{bnvar\_inv}_{j} \Big( "
            r"\mathtt{dhpreact}_{ij} - \frac{1}{n}\,\mathtt{dbnbias}_{j} - "
            r"\frac{1}{n - 1}\,\mathtt{bnraw}_{ij}\,\mathtt{dbngain}_{j} \Big)",
            r"\mathtt{dembcat}_{ik} = \sum_{j} \mathtt{dhprebn}_{ij}\,\mathtt{W1}_{kj} \qquad "
            r"\mathtt{dW1}_{kj} = \sum_{i} \mathtt{embcat}_{ik}\,\mathtt{dhprebn}_{ij} \qquad "
            r"\mathtt{db1}_{j} = \sum_{i} \mathtt{dhprebn}_{ij}",
            r"\mathtt{demb}_{i,p,e} = \mathtt{dembcat}_{i,\,E p + e} \qquad "
            r"\mathtt{dC}_{r,e} = \sum_{(i,p)\,:\;\mathtt{Xb}_{ip} = r} \mathtt{demb}_{i,p,e}",
        ),
        words={
            "p_{ij}": "the softmax of `logits`",
            "n": "the number of examples",
            "E": "the length of an embedding",
        },
    ),
    "parameters": Hint(
        shapes="The answer is the list of the seven tensors after training, with the shapes that "
        "they have in `start`; the check measures what they predict.",
        rule="*Walk downhill, many times.* In each round: a fresh minibatch, the loss and what it "
        "keeps, the gradients of exactly these examples at the present parameters, the rate for "
        "this round, and a small step of every parameter *against* its gradient, in place.",
        formula=(
            r"\theta \leftarrow \theta - \eta\,\frac{\partial L}{\partial \theta}",
            r"\eta = \begin{cases}0.1 & \text{at first}\\ 0.01 & \text{from step } "
            r"\mathtt{LOWERED} \text{ on}\end{cases}",
        ),
        words={
            r"\theta": "each of the seven parameters",
            r"\eta": "the rate",
            "L": "the loss of this round's minibatch",
        },
    ),
}
