"""Settings for every test."""

from hypothesis import settings

# No test is judged by its speed; a failure prints what reproduces it elsewhere.
settings.register_profile("course", deadline=None, print_blob=True)
settings.load_profile("course")
