"""The judgement, one function at a time."""
