"""Where verdicts are kept: the journal, nbgrader's gradebook, and the files beside them."""
