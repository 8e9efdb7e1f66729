"""The frame of the pipeline's two commands: which stages, in what order, and the exit code.

0: done; 1: a stage cannot be made as it is authored; 2: wrong usage; 3: the machine failed.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from autograder.authoring.errors import AuthoringError, InfrastructureError, UnknownStageError
from autograder.authoring.layout import CHECKOUT, Checkout
from autograder.authoring.markers import StageLike

__all__ = ["choose", "run_command"]

Make = Callable[[Checkout, StageLike, bool], str]


def choose(stages: Mapping[str, StageLike], names: Sequence[str]) -> list[StageLike]:
    """The named stages in the order of the course, or all of them.

    Raises UnknownStageError for a name that the course does not have.
    """
    unknown = [name for name in names if name not in stages]
    if unknown:
        raise UnknownStageError(
            f"There is no stage {unknown[0]}; the stages are {', '.join(stages)}."
        )
    return [stage for name, stage in stages.items() if name in names or not names]


def run_command(
    name: str,
    description: str | None,
    make: Make,
    arguments: Sequence[str] | None = None,
    stages: Mapping[str, StageLike] | None = None,
    checkout: Checkout = CHECKOUT,
) -> int:
    """Call ``make`` for each chosen stage and print its line; give back the exit code.

    A stage that fails does not stop the others; its message goes to stderr.
    """
    parser = argparse.ArgumentParser(prog=f"python -m autograder.authoring.{name}")
    parser.description = (description or "").split("\n\n")[-1]
    parser.add_argument("stage", nargs="*", help="such as 01_unrolled; all of them if left out")
    parser.add_argument("--force", action="store_true", help="also where nothing has changed")
    options = parser.parse_args(arguments)
    if stages is None:
        from autograder.stages import STAGES  # imports torch, which --help can do without

        stages = STAGES
    try:
        chosen = choose(stages, options.stage)
    except UnknownStageError as error:
        print(error, file=sys.stderr)
        return 2
    code = 0
    for stage in chosen:
        try:
            print(make(checkout, stage, options.force), flush=True)
        except AuthoringError as error:
            print(error, file=sys.stderr, flush=True)
            code = max(code, 1)
        except InfrastructureError as error:
            print(error, file=sys.stderr, flush=True)
            code = 3
    return code
