"""nbgrader's settings for this course. Run nbgrader's commands in the folder of this file."""

c = get_config()  # noqa: F821  # nbgrader provides it

c.CourseDirectory.course_id = "backprop-by-hand"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"

# What stands in a release where the answer was.
c.ClearSolutions.code_stub = {
    "python": "# Your answer goes here, in place of the next line.\nraise NotImplementedError()"
}
c.ClearSolutions.text_stub = "*Your answer goes here, in place of this line. LaTeX is welcome.*"

# By its name: whatever reads these settings need not import nbgrader's converters.
c.GenerateAssignment.preprocessors.prepend(["autograder.authoring.forget.ForgetDigest"])

# Submissions are judged by this course's own engine, as by `autograder grade`.
c.Autograde.exporter_class = "autograder.grading.nbgrader_plugin.GradedExporter"
c.Autograde.pre_convert_hook = "autograder.grading.nbgrader_plugin.find_notebooks"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = []

# What formgrader shows of a submission runs nothing of it.
c.HTMLExporter.sanitize_html = True

# The settings that follow are for nbgrader's own Validate, and for its own engine.
# A cell may train for minutes; nbgrader's own limit is 30 seconds.
c.Execute.timeout = 1800
# No history file, and no warning at each start that ipykernel's local sockets are plain text.
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]

# nbgrader gives no points for a check cell with anything on stderr, a warning included. A
# warning is no wrong answer: a wrong answer raises, and that is an output of its own.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"Warning\b"

# Feedback that says what is wrong, shows no hidden test and needs no network. It reads the grades
# itself.
c.GenerateFeedback.exporter_class = "autograder.grading.feedback.exporter.FeedbackExporter"
c.GenerateFeedback.preprocessors = []
