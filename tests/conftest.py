"""Settings for every test."""

import signal

from hypothesis import settings

# Where tests run in the background of a shell, SIGINT is ignored, and so it is in all that they
# start: nothing could be stopped with Ctrl-C then.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test is judged by its speed; a failure prints what reproduces it elsewhere.
settings.register_profile("course", deadline=None, print_blob=True)
settings.load_profile("course")
