"""How fast the course's own code and its grading are, as ratios from one run: `make bench`."""
