"""`autograder lab`: the student's own copies of the notebooks, and JupyterLab on them.

In the order in which a start uses them: `copies` (which notebook goes where, and never over
another), `course_map` (the landing page), `server` (JupyterLab itself, set up by `config/`).
"""
