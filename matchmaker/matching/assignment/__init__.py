"""The assignment round: students to positions, by a method that can be defended.

A :class:`~.round.Round` is the whole question as one frozen value. Three methods answer it:

=====================  ==========================================================
:mod:`.stable`         student-optimal stable (deferred acceptance)
:mod:`.optimising`     most placed, then best total preference
:mod:`.optimising`     best total fit, then best total preference
=====================  ==========================================================

Each answers with a :class:`~.outcome.Result`: who is placed where, who is not and why, whom the
answer serves how well, and who would rather have one another (:mod:`.blocking`).
:mod:`.changes` says what a lock or another change did.

Nothing here knows a database or a clock. The order in which students or positions are given
never matters; ties are broken by lots that anybody can draw again from the published seed
(:mod:`.lots`).
"""
