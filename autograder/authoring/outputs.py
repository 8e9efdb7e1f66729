"""What the outputs of a solution notebook must not hold."""

from collections.abc import Sequence

from nbformat import NotebookNode

from autograder.authoring.cells import describe

__all__ = ["unfit_outputs"]


def _texts(output: NotebookNode) -> str:
    """Everything in an output that is text."""
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return "\n".join([output.evalue, *output.traceback])
    return "\n".join(str(data) for kind, data in output.data.items() if "image/png" not in kind)


def unfit_outputs(notebook: NotebookNode, stage: str, private: Sequence[str]) -> list[str]:
    """One sentence for each code cell whose outputs cannot be published.

    ``private`` are folders of this machine that no output may name. A cell without an
    execution count has not run; what it shows would be compared with nothing.
    """
    problems = []
    for ordinal, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code":
            continue
        here = describe(stage, ordinal, cell)
        if cell.execution_count is None:
            problems.append(f"{here}: has not been executed; let every code cell run.")
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                last = output.text.strip().splitlines()[-1]
                problems.append(
                    f"{here}: writes to stderr ({last}); nbgrader gives no points for such a "
                    "cell. Mend the warning, or write to stdout."
                )
            named = [folder for folder in private if folder in _texts(output)]
            if named:
                problems.append(
                    f"{here}: the output names {named[0]}, a folder of this machine; print "
                    "something that is the same everywhere."
                )
    return problems
