"""From a submission to a verdict: reading, the sandbox, the judge."""
