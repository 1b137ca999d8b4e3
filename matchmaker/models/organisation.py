"""Organisation: firm, research group, institute, foreign partner or hub."""

from __future__ import annotations

import enum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.models.base import text_enum
from matchmaker.models.profile import PartnerKind, Profile, ProfileKind


class OrganisationType(enum.StrEnum):
    """What sort of organisation it is."""

    UNIVERSITY = "university"
    DEPARTMENT = "department"
    SECTION = "section"
    LABORATORY = "laboratory"
    GTS_INSTITUTE = "gts-institute"
    RESEARCH_INSTITUTE = "research-institute"
    BUSINESS_ACADEMY = "business-academy"
    UNIVERSITY_COLLEGE = "university-college"
    CLUSTER = "cluster"
    INNOVATION_HUB = "innovation-hub"
    TEST_CENTRE = "test-centre"
    FIRM = "firm"


#: Where each type of Danish organisation stands on the slate. A department or section is
#: counted by the family it belongs to, see ``Organisation._partner_kind``.
PARTNER_KINDS = {
    OrganisationType.GTS_INSTITUTE: PartnerKind.INSTITUTE,
    OrganisationType.RESEARCH_INSTITUTE: PartnerKind.INSTITUTE,
    OrganisationType.TEST_CENTRE: PartnerKind.INSTITUTE,
    OrganisationType.FIRM: PartnerKind.INSTITUTE,
    OrganisationType.CLUSTER: PartnerKind.HUB,
    OrganisationType.INNOVATION_HUB: PartnerKind.HUB,
}


class Organisation(Profile, kw_only=True):
    """An organisation, or one part of it; ``parent_id`` leads to the whole."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(
        ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True, default_factory=uuid4
    )
    organisation_type: Mapped[OrganisationType] = mapped_column(text_enum(OrganisationType))
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisations.id", ondelete="SET NULL"), index=True, default=None
    )
    #: The type at the top of the family; a section of a GTS institute is an institute.
    family_type: Mapped[OrganisationType | None] = mapped_column(
        text_enum(OrganisationType), default=None
    )
    #: Research Organization Registry, full URL.
    ror: Mapped[str | None] = mapped_column(default=None, index=True)
    #: Danish company number, eight digits.
    cvr: Mapped[str | None] = mapped_column(default=None, index=True)

    __mapper_args__ = {"polymorphic_identity": ProfileKind.ORGANISATION}

    def _partner_kind(self) -> PartnerKind:
        if self.country != "DK":
            return PartnerKind.INTERNATIONAL_PARTNER
        family = self.family_type or self.organisation_type
        return PARTNER_KINDS.get(family, PartnerKind.UNIVERSITY_GROUP)
