"""The vocabulary and its behaviour."""
