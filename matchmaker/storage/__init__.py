"""SQL and nothing else: one module per subject, functions that take a session."""
