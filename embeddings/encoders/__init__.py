"""One module per way to turn text into vectors; ``embeddings.registry`` picks one by name."""
