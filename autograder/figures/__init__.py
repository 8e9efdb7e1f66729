"""The pictures of the course: functions from data to a figure that a notebook shows."""
