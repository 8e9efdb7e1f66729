"""A course in a temporary folder: release, eight submissions, grades and feedback.

``python -m autograder.demo`` shows what stock nbgrader makes of the notebooks as they are, and
says what it cannot grade.
"""
