"""IntroductionService: draft, offer, answer, meet, conclude.

Every deed is one transaction: the new state, its line in the audit log and the mails that tell of
it. A process that is killed leaves either all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.errors import Duplicate, InvalidInput, Protected
from matchmaker.matching.drafts import DraftFacts, Quotation, draft_language, written
from matchmaker.models import (
    Answer,
    AuditAction,
    Challenge,
    ChallengeAction,
    Conclusion,
    DeclineReason,
    EligibilityRule,
    Introduction,
    IntroductionState,
    Party,
    Profile,
)
from matchmaker.models.challenge_view import Audience, view_for
from matchmaker.models.facts import Viewer
from matchmaker.services import codes
from matchmaker.services.calendars import meeting_calendar
from matchmaker.services.clock import Clock
from matchmaker.services.cursors import CursorPage, page_of, read_cursor
from matchmaker.services.introduction_checks import (
    MEETING_MINUTES,
    NOTE_LENGTH,
    PLACE_LENGTH,
    checked_emails,
    checked_language,
    checked_line,
    checked_text,
    is_there,
)
from matchmaker.services.introduction_mails import (
    addressee,
    mail_contacts,
    mail_end,
    mail_meeting,
    mail_offer,
)
from matchmaker.services.introduction_views import IntroductionView, requester_of, view_by
from matchmaker.services.recording import Entry, record
from matchmaker.storage import challenges, introductions, matches, profiles, protection
from matchmaker.storage.database import Sessions

#: Sentences that a draft names as not answered.
_MOST_UNCOVERED = 3


@dataclass(frozen=True)
class IntroductionService:
    """What is done with introductions. ``by`` is the account that does it; None is the shell."""

    sessions: Sessions
    clock: Clock

    def draft(
        self,
        challenge_id: UUID,
        profile_id: UUID,
        *,
        by: UUID | None,
        language: str | None = None,
        firm_email: str | None = None,
        partner_email: str | None = None,
    ) -> Introduction:
        """Write the draft of an introduction from the newest match of the two.

        Args:
            challenge_id: of the challenge.
            profile_id: whom to introduce.
            by: who drafts.
            language: "da" or "en"; Danish when both read it, otherwise English.
            firm_email: where the firm is reached, when nobody signs in for it.
            partner_email: where the partner is reached, when nobody owns the profile.

        Raises:
            NotFound: there is no such challenge or profile.
            TransitionNotAllowed: nobody is matched with the challenge in its state.
            Duplicate: the two are being brought together already.
            InvalidInput: an unknown language, no address.

        """
        now = self.clock()
        emails = checked_emails(firm_email=firm_email, partner_email=partner_email)
        with self.sessions.writing() as session:
            introductions.lock_challenge(session, challenge_id)
            challenge = challenges.get(session, challenge_id)
            challenge.check(ChallengeAction.MATCH)
            profile = profiles.get(session, profile_id)
            if existing := introductions.running(session, challenge_id, profile_id):
                raise Duplicate("introduction", existing)
            language = language or draft_language(challenge.language, profile.working_languages)
            found = introductions.match_of(session, challenge_id, profile_id)
            new = Introduction(
                challenge_id=challenge_id,
                profile_id=profile_id,
                match_id=found[0].id if found else None,
                run_id=found[1].id if found else None,
                language=checked_language(language),
                firm_text="",
                partner_text="",
                drafted_by_id=by,
                created_at=now,
                updated_at=now,
            )
            for name, value in emails.items():
                setattr(new, name, value)
            session.add(new)
            session.flush()
            one = introductions.get(session, new.id)
            self._write(session, one, challenge, profile)
            self._recorded(session, one, AuditAction.CREATE, by, now)
        return one

    def revise(
        self,
        introduction_id: UUID,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
        firm_text: str | None = None,
        partner_text: str | None = None,
        **emails: str | None,
    ) -> Introduction:
        """Change the words of a draft, or where a party is reached; None leaves a text.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it was offered already.
            InvalidInput: a text is empty or too long, an address is none.

        """
        now, checked = self.clock(), checked_emails(**emails)
        with self.sessions.writing() as session:
            one = introductions.get(session, introduction_id, expected_revision, lock=True)
            one.revise(
                at=now,
                firm_text=checked_text("firm_text", firm_text, one.firm_text),
                partner_text=checked_text("partner_text", partner_text, one.partner_text),
            )
            for name, value in checked.items():
                setattr(one, name, value)
            self._recorded(session, one, AuditAction.REVISE, by, now)
        return one

    def offer(
        self, introduction_id: UUID, *, by: UUID | None, expected_revision: int | None = None
    ) -> Introduction:
        """Ask both parties by mail.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is no draft, or the challenge is not matched any more.
            Protected: the partner has enough, is away, said no lately or is in conflict.
            InvalidInput: nobody knows where a party is reached; names the field to fill.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            one = introductions.get(session, introduction_id, expected_revision, lock=True)
            # Two offers at once must not both find the last free place.
            introductions.lock_profile(session, one.profile_id)
            one.challenge.check(ChallengeAction.MATCH)
            one.offer(at=now)
            self._check_spared(session, one, now)
            self._check_reachable(session, one)
            for party in Party:
                mail_offer(session, one, party, at=now, reminder=False)
            self._recorded(session, one, AuditAction.OFFER, by, now)
        return one

    def answer(
        self,
        introduction_id: UUID,
        party: Party,
        answer: Answer,
        *,
        by: UUID | None,
        reason: DeclineReason | None = None,
        note: str = "",
        expected_revision: int | None = None,
    ) -> Introduction:
        """Take the answer of one party; with the second yes contact details pass.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it is not offered, the time is over, or they said yes before.
            InvalidInput: a no without reason, or a note that is not one short line.

        """
        with self.sessions.writing() as session:
            one = introductions.get(session, introduction_id, expected_revision, lock=True)
            self.take_answer(session, one, party, answer, by=by, reason=reason, note=note)
        return one

    def take_answer(
        self,
        session: Session,
        one: Introduction,
        party: Party,
        answer: Answer,
        *,
        by: UUID | None,
        reason: DeclineReason | None,
        note: str,
    ) -> None:
        """Take an answer within a running transaction; as :meth:`answer`."""
        now = self.clock()
        if answer is Answer.DECLINED:
            if reason is None:
                raise InvalidInput("reason", "Say why, with one of the reasons.")
            one.decline(party, reason, checked_line("note", note, NOTE_LENGTH), at=now)
            introductions.spend_links(session, one.id)
            mail_end(session, one, at=now, but=party)
            action = AuditAction.DECLINE
        else:
            one.accept(party, at=now)
            introductions.spend_links(session, one.id, party)
            if one.contacts_passed:
                mail_contacts(session, one, at=now)
            action = AuditAction.ACCEPT
        self._recorded(session, one, action, by, now, party=party.value)

    def withdraw(
        self, introduction_id: UUID, *, by: UUID | None, expected_revision: int | None = None
    ) -> Introduction:
        """Take an introduction back before both have said yes; its links open nothing any more.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: it has ended, or both have said yes.

        """
        with self.sessions.writing() as session:
            one = introductions.get(session, introduction_id, expected_revision, lock=True)
            self.end_by_withdrawal(session, one, by=by)
        return one

    def end_by_withdrawal(self, session: Session, one: Introduction, *, by: UUID | None) -> None:
        """Withdraw within a running transaction; as :meth:`withdraw`."""
        now = self.clock()
        asked = one.state is IntroductionState.OFFERED
        one.withdraw(at=now)
        introductions.spend_links(session, one.id)
        if asked:
            mail_end(session, one, at=now)
        self._recorded(session, one, AuditAction.WITHDRAW, by, now)

    def propose_meeting(
        self,
        introduction_id: UUID,
        *,
        by: UUID | None,
        starts_at: datetime,
        minutes: int = 60,
        place: str = "",
        expected_revision: int | None = None,
    ) -> Introduction:
        """Propose a meeting to both, or move it; each gets a file for the calendar.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: not both have said yes, or it is concluded.
            InvalidInput: a time that is over, a length or place that cannot be.

        """
        now = self.clock()
        if starts_at <= now:
            raise InvalidInput("starts_at", "Choose a time that is still to come.")
        least, most = MEETING_MINUTES
        if not least <= minutes <= most:
            raise InvalidInput("minutes", f"A meeting takes {least} to {most} minutes.")
        place = checked_line("place", place, PLACE_LENGTH)
        with self.sessions.writing() as session:
            one = introductions.get(session, introduction_id, expected_revision, lock=True)
            one.propose_meeting(starts_at=starts_at, minutes=minutes, place=place, at=now)
            mail_meeting(session, one, at=now)
            self._recorded(session, one, AuditAction.PROPOSE_MEETING, by, now)
        return one

    def meet(
        self, introduction_id: UUID, *, by: UUID | None, expected_revision: int | None = None
    ) -> Introduction:
        """Note that they have met.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: not both have said yes, or it is noted already.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            one = introductions.get(session, introduction_id, expected_revision, lock=True)
            one.meet(at=now)
            self._recorded(session, one, AuditAction.MEET, by, now)
        return one

    def conclude(
        self,
        introduction_id: UUID,
        conclusion: Conclusion,
        *,
        by: UUID | None,
        expected_revision: int | None = None,
    ) -> Introduction:
        """Note what came of it; the partner's place is free again.

        Raises:
            NotFound: there is none.
            StaleRevision: somebody changed it meanwhile.
            TransitionNotAllowed: not both have said yes, or it is concluded already.

        """
        now = self.clock()
        with self.sessions.writing() as session:
            one = introductions.get(session, introduction_id, expected_revision, lock=True)
            one.conclude(conclusion, at=now)
            self._recorded(session, one, AuditAction.CONCLUDE, by, now, conclusion=conclusion.value)
        return one

    def get(self, introduction_id: UUID) -> Introduction:
        """Return one introduction with its challenge and profile.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return introductions.get(session, introduction_id)

    def view(self, introduction_id: UUID, viewer: Viewer) -> IntroductionView:
        """Return an introduction as somebody sees it.

        Raises:
            NotFound: there is none.

        """
        with self.sessions.reading() as session:
            return view_by(session, introductions.get(session, introduction_id), viewer)

    def page(
        self,
        viewer: Viewer,
        *,
        states: Sequence[IntroductionState] = (),
        limit: int = 20,
        cursor: str | None = None,
    ) -> CursorPage[IntroductionView]:
        """Return the introductions that somebody may know of, those changed last first.

        Raises:
            InvalidInput: the cursor is none of ours.

        """
        after = read_cursor(cursor, (datetime, UUID)) if cursor else None
        with self.sessions.reading() as session:
            found = introductions.page(session, viewer, states=states, limit=limit + 1, after=after)
            views = [view_by(session, one, viewer) for one in found]
        return page_of(views, limit, lambda one: (one.introduction.updated_at, one.introduction.id))

    def counts(self) -> dict[IntroductionState, int]:
        """Return how many introductions are in each state."""
        with self.sessions.reading() as session:
            return introductions.counts(session)

    def calendar(self, introduction_id: UUID, viewer: Viewer) -> str | None:
        """Return the proposed meeting as a calendar file; None when none is proposed."""
        seen = self.view(introduction_id, viewer)
        others = [who.name for party, who in seen.contacts.items() if party not in seen.parties]
        return meeting_calendar(seen.introduction, " – ".join(others) or seen.challenge.title)

    # What the deeds share.

    @staticmethod
    def _write(session: Session, one: Introduction, challenge: Challenge, profile: Profile) -> None:
        """Put the proposed words into a new draft."""
        quotations: list[Quotation] = []
        uncovered: list[str] = []
        run = matches.get(session, one.run_id) if one.run_id else None
        for match in run.matches if run else ():
            if match.id == one.match_id and run is not None:
                quotations = [
                    Quotation(passage=passage.text, answers=run.sentences[passage.answers])
                    for passage in match.reason.evidence
                ]
                missing = match.reason.uncovered[:_MOST_UNCOVERED]
                uncovered = [run.sentences[position] for position in missing]
        view = view_for(challenge, Audience.PARTNER, requester_of(session, one, challenge))
        code = view.industry_code
        industry = codes.get(codes.CodeList.INDUSTRIES, code) if code else None
        facts = DraftFacts(
            partner=profile.name,
            quotations=quotations,
            uncovered=uncovered,
            challenge=view,
            industry=industry.name(one.language) if industry else "",
        )
        draft = written(facts, one.language)
        one.firm_text, one.partner_text = draft.firm_text, draft.partner_text

    @staticmethod
    def _check_spared(session: Session, one: Introduction, now: datetime) -> None:
        profile = one.profile
        if not profile.public:
            raise Protected(EligibilityRule.VISIBLE)
        if not is_there(profile, now.date()):
            raise Protected(EligibilityRule.AVAILABLE)
        rule = protection.of_challenge(session, one.challenge, now).broken_by(profile.id.hex)
        if rule is not None:
            raise Protected(rule)

    @staticmethod
    def _check_reachable(session: Session, one: Introduction) -> None:
        found = {party: addressee(session, one, party) for party in Party}
        for party, who in found.items():
            if who is None:
                raise InvalidInput(
                    f"{party}_email", "Nobody signs in for them: write where they are reached."
                )
        if len({who.email for who in found.values() if who is not None}) == 1:
            raise Protected(EligibilityRule.CONFLICT)

    @staticmethod
    def _recorded(
        session: Session,
        one: Introduction,
        action: AuditAction,
        by: UUID | None,
        at: datetime,
        **more: object,
    ) -> None:
        after = {
            "state": one.state.value,
            "challenge_id": str(one.challenge_id),
            "profile_id": str(one.profile_id),
            **more,
        }
        entry = Entry(by=by, action=action, kind="introduction", id=one.id, after=after)
        record(session, entry, at=at)
