"""The judgement: who is proposed, in which order and why. Pure functions over plain values.

Read in this order: :mod:`passages` (a profile in words), :mod:`sentences` (a challenge in
sentences), :mod:`candidates` (who is looked at), :mod:`scoring` (how well each fits),
:mod:`ranking` (floor and slate), :mod:`reasons` (why), :mod:`policy` (the numbers).
"""
