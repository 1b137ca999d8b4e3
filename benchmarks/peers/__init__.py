"""Matchmaker beside what else one would take: the same judgements, the same texts, one run.

Each peer is a module with one class that meets ``protocol.Peer`` and runs in a process of its own
(``worker``), so that memory and the side effects of imports are its own. The processes stay open
side by side and are timed in turn (``measuring``). See README.md for what is compared and how.
"""
