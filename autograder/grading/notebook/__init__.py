"""A submitted notebook as hostile data: read it, take it apart, put it together again."""
