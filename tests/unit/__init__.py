"""Tests of one thing at a time, without a database, a model or a network."""
