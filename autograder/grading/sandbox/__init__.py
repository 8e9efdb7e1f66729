"""Where the process of a submission runs, and what it is kept from."""
