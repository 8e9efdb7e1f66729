"""Every submission of a stage: processes that judge, and what hands them their work."""
