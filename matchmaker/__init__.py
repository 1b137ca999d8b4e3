"""Matchmaker: a firm's challenge in, the right partners out.

A guided tour, from the middle outwards:

* :mod:`matchmaker.models` is the vocabulary: profiles, evidence, challenges, match runs.
* :mod:`matchmaker.matching` is the judgement: pure functions that decide who is proposed,
  in which order and why. No database, no model, no clock.
* :mod:`matchmaker.storage` is SQL and nothing else.
* :mod:`matchmaker.services` holds the use cases, one small class per subject.
* :mod:`matchmaker.bootstrap` puts the parts together: ``build(settings) -> Matchmaker``.

This package runs from a shell and a test without a browser; the web lives in ``api``.
"""
