"""Checklists: the repository itself is what these tests look at."""
