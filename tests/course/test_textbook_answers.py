"""The answers that the lecture teaches, typed into the releases as a student would."""

import pytest

from autograder.authoring.layout import CHECKOUT
from autograder.demo.course import Course
from autograder.demo.submissions import Work
from autograder.demo.surroundings import course_surroundings
from autograder.stages import STAGES

UNROLLED = {
    "dlogprobs": "dlogprobs = torch.zeros_like(logprobs)\ndlogprobs[range(n), Yb] = -1.0/n",
    "dprobs": "dprobs = (1.0 / probs) * dlogprobs",
    "dcounts_sum_inv": "dcounts_sum_inv = (counts * dprobs).sum(1, keepdim=True)",
    "dcounts_sum": "dcounts_sum = (-counts_sum**-2) * dcounts_sum_inv",
    "dcounts": (
        "dcounts = counts_sum_inv * dprobs\ndcounts += torch.ones_like(counts) * dcounts_sum"
    ),
    "dnorm_logits": "dnorm_logits = counts * dcounts",
    "dlogit_maxes": "dlogit_maxes = (-dnorm_logits).sum(1, keepdim=True)",
    "dlogits": (
        "dlogits = dnorm_logits.clone()\n"
        "rows = F.one_hot(logits.max(1).indices, num_classes=logits.shape[1])\n"
        "dlogits += rows * dlogit_maxes"
    ),
    "dh": "dh = dlogits @ W2.T",
    "dW2": "dW2 = h.T @ dlogits",
    "db2": "db2 = dlogits.sum(0)",
    "dhpreact": "dhpreact = (1.0 - h**2) * dh",
    "dbngain": "dbngain = (bnraw * dhpreact).sum(0, keepdim=True)",
    "dbnraw": "dbnraw = bngain * dhpreact",
    "dbnbias": "dbnbias = dhpreact.sum(0, keepdim=True)",
    "dbnvar_inv": "dbnvar_inv = (bndiff * dbnraw).sum(0, keepdim=True)",
    "dbnvar": "dbnvar = (-0.5*(bnvar + 1e-5)**-1.5) * dbnvar_inv",
    "dbndiff2": "dbndiff2 = (1.0/(n-1))*torch.ones_like(bndiff2) * dbnvar",
    "dbndiff": "dbndiff = bnvar_inv * dbnraw\ndbndiff += (2*bndiff) * dbndiff2",
    "dbnmeani": "dbnmeani = (-dbndiff).sum(0)",
    "dhprebn": (
        "dhprebn = dbndiff.clone()\ndhprebn += 1.0/n * (torch.ones_like(hprebn) * dbnmeani)"
    ),
    "dembcat": "dembcat = dhprebn @ W1.T",
    "dW1": "dW1 = embcat.T @ dhprebn",
    "db1": "db1 = dhprebn.sum(0)",
    "demb": "demb = dembcat.view(emb.shape)",
    "dC": (
        "dC = torch.zeros_like(C)\n"
        "for k in range(Xb.shape[0]):\n"
        "    for j in range(Xb.shape[1]):\n"
        "        ix = Xb[k,j]\n"
        "        dC[ix] += demb[k,j]"
    ),
}
CROSS_ENTROPY = {
    "dlogits": "dlogits = F.softmax(logits, 1)\ndlogits[range(n), Yb] -= 1\ndlogits /= n"
}
BATCHNORM = {
    "dhprebn": (
        "dhprebn = bngain*bnvar_inv/n * "
        "(n*dhpreact - dhpreact.sum(0) - n/(n-1)*bnraw*(dhpreact*bnraw).sum(0))"
    )
}


@pytest.mark.parametrize(
    ("stage", "answers"),
    [
        ("01_unrolled", UNROLLED),
        ("02_cross_entropy", CROSS_ENTROPY),
        ("03_batchnorm", BATCHNORM),
    ],
)
def test_the_lectures_answers_get_full_marks(stage, answers, tmp_path):
    """Stock nbgrader gives every point of the steps that the lecture teaches."""
    with course_surroundings(tmp_path):
        course = Course(tmp_path, CHECKOUT, stock=True)
        release, solution = course.release(stage), course.solution(stage)
        work = Work.of(release, solution, [step.name for step in STAGES[stage].checked])
        # The guided steps of 02 and 03 are the course's own; the lecture has no answer to them.
        course.submit("textbook", stage, work.notebook(work.answers | answers))
        course.autograde("textbook", stage)
        score = course.score("textbook", stage)
    earned = {name: score.points[f"check-{name}"] for name in answers}
    assert earned == dict.fromkeys(answers, 1.0)
    assert score.points == score.worth
