"""One module per way to find the nearest vectors; ``embeddings.registry`` picks one by name."""
