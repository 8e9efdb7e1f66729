"""Notebooks with nbgrader's own kind of test cells, judged without running a test near a student.

A test runs in a process of ours. What it reads of the student's comes over as plain values; a
student's function is a stand-in that sends arguments over and gets a result back.
"""
