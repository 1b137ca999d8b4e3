"""Shapes on the wire, one module per subject.

Named by role: ``…InputSchema`` for what is sent, ``…PatchSchema`` for changes, ``…QuerySchema``
for the query, ``…Schema`` for what is answered, ``…SummarySchema`` for the same in a list.
"""
