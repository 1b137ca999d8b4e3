"""One suite for every encoder, one for every index: what is interchangeable is proved to be."""
