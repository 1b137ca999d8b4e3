"""The assignment round: three methods, their promises, and what they say of themselves."""
