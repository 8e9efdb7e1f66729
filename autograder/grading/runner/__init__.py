"""The process that executes a submission's cells: everything in here runs beside hostile code.

Nothing that it says is believed: the grader checks every frame, and judges numbers only.
"""
