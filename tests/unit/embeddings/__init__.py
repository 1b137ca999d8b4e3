"""Tests of the package ``embeddings``; mirrors its modules."""
