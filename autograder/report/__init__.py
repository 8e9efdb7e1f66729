"""The class report: what a stage's verdicts tell an instructor, as one HTML page and as JSON."""
