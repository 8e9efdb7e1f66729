"""What this machine can and cannot do, and the command that mends each lack."""
