"""The one step that we add to nbgrader's making of a release."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.authoring import METADATA_KEY

__all__ = ["ForgetDigest"]


class ForgetDigest(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Takes the digest of the sources out of a release.

    It is there to tell whether a solution must run again. In a release it would look like news
    to a student each time a comment of the package changes.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Remove the digest from the notebook's metadata."""
        nb.metadata.get(METADATA_KEY, {}).pop("digest", None)
        return nb, resources
