"""JSON under ``/api/v1``: one module per subject, MethodViews of three lines."""

from __future__ import annotations

from api.openapi import Blueprint
from api.resources import (
    accounts,
    challenges,
    codes,
    cohort_students,
    cohorts,
    collaborations,
    delegates,
    desk,
    directions,
    editing,
    exports,
    exposure,
    imports,
    intake,
    introductions,
    match_runs,
    placements,
    positions,
    profiles,
    programmes,
    rounds,
    seats,
    shortlist,
)

#: Every resource, in the order in which the reference describes them.
BLUEPRINTS: list[Blueprint] = [
    challenges.blueprint,
    intake.blueprint,
    match_runs.blueprint,
    shortlist.blueprint,
    introductions.blueprint,
    profiles.blueprint,
    editing.blueprint,
    delegates.blueprint,
    desk.blueprint,
    directions.blueprint,
    exposure.blueprint,
    collaborations.blueprint,
    programmes.blueprint,
    cohorts.blueprint,
    cohort_students.blueprint,
    rounds.blueprint,
    positions.blueprint,
    seats.blueprint,
    placements.blueprint,
    accounts.blueprint,
    codes.blueprint,
    imports.blueprint,
    exports.blueprint,
]
