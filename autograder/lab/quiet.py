"""What the server's log need not say: `config/jupyter_server_config.json` puts this filter in."""

from __future__ import annotations

import logging

__all__ = ["Settled"]

# As the messages begin, before their values are put in.
_SETTLED = (
    # At every opening of a notebook that no one has run yet.
    "Notebook %s is not trusted",
    # Jupyter counts in milliseconds and tornado in seconds; tornado corrects the value itself.
    "The websocket_ping_timeout (",
)


class Settled(logging.Filter):
    """Leaves out two warnings that ask nothing of a student; all others, and errors, pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is shown."""
        return record.levelno > logging.WARNING or not str(record.msg).startswith(_SETTLED)
