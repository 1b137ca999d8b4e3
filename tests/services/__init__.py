"""Use cases on a real database, with the deterministic encoder."""
