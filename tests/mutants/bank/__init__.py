"""Every wrong formula and every other right one that is known for the course, by stage."""

from tests.mutants.bank import (
    batchnorm,
    cross_entropy,
    right_others,
    right_unrolled,
    right_warmup,
    training,
    unrolled_batchnorm,
    unrolled_embedding,
    unrolled_layers,
    unrolled_loss,
    warmup,
    warmup_functions,
)
from tests.mutants.kinds import Bank

__all__ = ["BANKS"]

BANKS = {
    bank.stage: bank
    for bank in (
        Bank(
            "00_warmup",
            warmup.MISTAKES | warmup_functions.MISTAKES,
            right_warmup.RIGHT,
        ),
        Bank(
            "01_unrolled",
            unrolled_loss.MISTAKES
            | unrolled_layers.MISTAKES
            | unrolled_batchnorm.MISTAKES
            | unrolled_embedding.MISTAKES,
            right_unrolled.RIGHT,
            right_unrolled.ACROSS,
        ),
        Bank("02_cross_entropy", cross_entropy.MISTAKES, right_others.CROSS_ENTROPY),
        Bank("03_batchnorm", batchnorm.MISTAKES, right_others.BATCHNORM, right_others.ACROSS),
        Bank(
            "04_training",
            training.MISTAKES,
            right_others.TRAINED,
            slow={"parameters": right_others.TRAINED["parameters"][0]},
        ),
    )
}
