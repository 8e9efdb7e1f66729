"""Mistakes written by hand, by stage: adding one is one entry in one of these modules."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written import batchnorm, cross_entropy, training, unrolled, warmup

__all__ = ["WRITTEN"]

WRITTEN: dict[str, tuple[Mistake, ...]] = {
    "00_warmup": warmup.WRITTEN,
    "01_unrolled": unrolled.WRITTEN,
    "02_cross_entropy": cross_entropy.WRITTEN,
    "03_batchnorm": batchnorm.WRITTEN,
    "04_training": training.WRITTEN,
}
