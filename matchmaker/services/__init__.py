"""The use cases: small frozen classes, each given its parts.

A service opens its own transactions; what it returns is detached and complete.
"""
