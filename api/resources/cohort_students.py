"""The students of a cohort: taken in, read, taken out, and the places they found themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from api.auth import needs, required_viewer
from api.context import matchmaker
from api.openapi import PREFIX, Blueprint
from api.schemas.belonging import InvitationInputSchema
from api.schemas.cohort_student import (
    EnrolInputSchema,
    EnrolledSchema,
    MemberPageSchema,
    OwnPlaceInputSchema,
    StudentFileSchema,
)
from api.schemas.desk import CursorQuerySchema
from matchmaker.errors import InvalidInput
from matchmaker.models.actions import Action
from matchmaker.services.cohort_reading import CohortMember, StudentFile
from matchmaker.services.cursors import CursorPage

blueprint = Blueprint(
    "cohort-students",
    __name__,
    url_prefix=PREFIX,
    description="The students of a cohort, for those who place them. Needs a token.",
)
_WRITE = (400, 401, 403, 404, 409, 413, 415, 429)
_ONE = "5b0a8f0d-5e7b-4f4c-8d9c-0b1f9a668a35"


@blueprint.at("/cohorts/<uuid:cohort_id>/students")
class StudentsOfCohort(MethodView):
    """The students of a cohort."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(CursorQuerySchema, location="query")
    @blueprint.answers(200, MemberPageSchema, description="Some students.")
    @blueprint.named("listStudentsOfCohort", 401, 403, 404)
    def get(self, query: dict[str, Any], cohort_id: UUID) -> CursorPage[CohortMember]:
        """List the students of a cohort, those who left too."""
        return matchmaker().cohorts.members(cohort_id, **query)

    @needs(Action.CURATE)
    @blueprint.takes(EnrolInputSchema, example={"student_ids": [_ONE]})
    @blueprint.answers(200, EnrolledSchema, description="How many came in.")
    @blueprint.named("enrolStudents", *_WRITE)
    def post(self, values: dict[str, Any], cohort_id: UUID) -> dict[str, int]:
        """Take students into a cohort: named ones, or those of an import. Sent again, nothing."""
        service = matchmaker().cohorts
        if "import_id" not in values:
            return {"enrolled": service.enrol(cohort_id, values["student_ids"], by=_me())}
        try:
            return {"enrolled": service.enrol_imported(cohort_id, values["import_id"], by=_me())}
        except InvalidInput as error:
            raise InvalidInput("import_id", error.reason) from error


@blueprint.at("/cohorts/<uuid:cohort_id>/students/<uuid:student_id>/invitation")
class InvitationOfStudent(MethodView):
    """The invitation of a student to own their profile."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(InvitationInputSchema, example={"email": "ane@example.dk"})
    @blueprint.answers_nothing(description="The mail is on its way.")
    @blueprint.named("inviteStudent", *_WRITE)
    def post(self, values: dict[str, Any], cohort_id: UUID, student_id: UUID) -> None:
        """Mail a student of a cohort a link by which its reader becomes the owner of the profile.

        Whoever sends this vouches for the address.
        """
        service = matchmaker()
        service.cohorts.student(cohort_id, student_id)
        service.belonging.invite(student_id, by=_me(), **values)


@blueprint.at("/cohorts/<uuid:cohort_id>/students/<uuid:student_id>")
class StudentOfCohort(MethodView):
    """A student in a cohort."""

    @needs(Action.LIST_COHORTS)
    @blueprint.answers(200, StudentFileSchema, description="The student with their profile.")
    @blueprint.named("readStudentOfCohort", 401, 403, 404)
    def get(self, cohort_id: UUID, student_id: UUID) -> StudentFile:
        """Read what a student of a cohort says of themselves; one who left is not there."""
        return matchmaker().cohorts.student(cohort_id, student_id)

    @needs(Action.LIST_COHORTS)
    @blueprint.answers_nothing(description="They have left; what they wished for is kept.")
    @blueprint.named("leaveCohort", 401, 403, 404, 422, 429)
    def delete(self, cohort_id: UUID, student_id: UUID) -> None:
        """Take a student out of a cohort; what was offered and not agreed by all ends.

        Whoever has a placement that all agreed to has to complete it, or it is broken off first.
        """
        matchmaker().cohorts.leave(cohort_id, student_id, by=_me())


@blueprint.at("/cohorts/<uuid:cohort_id>/students/<uuid:student_id>/own-place")
class OwnPlace(MethodView):
    """A place that a student found themselves."""

    @needs(Action.LIST_COHORTS)
    @blueprint.takes(OwnPlaceInputSchema, example={"position_id": _ONE})
    @blueprint.answers(200, StudentFileSchema, description="The student with their place.")
    @blueprint.named("bringPlace", *_WRITE)
    def put(self, values: dict[str, Any], cohort_id: UUID, student_id: UUID) -> StudentFile:
        """Say that a student found a position: it is theirs in every round, and nobody else's."""
        service = matchmaker().cohorts
        service.bring(cohort_id, student_id, **values, by=_me())
        return service.student(cohort_id, student_id)

    @needs(Action.LIST_COHORTS)
    @blueprint.answers_nothing(description="The place is on offer to all again.")
    @blueprint.named("bringPlaceNoLonger", 401, 403, 404, 422, 429)
    def delete(self, cohort_id: UUID, student_id: UUID) -> None:
        """Say that a student brings no place of their own; not once they are placed there."""
        matchmaker().cohorts.bring_no_longer(cohort_id, student_id, by=_me())


def _me() -> UUID:
    return required_viewer().account_id
