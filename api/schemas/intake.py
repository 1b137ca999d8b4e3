"""Drafts, briefs, warnings, threads and the queue of challenges on the wire."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from api.schemas.base import OutputSchema, StrictSchema, about, choice, language_code
from api.schemas.challenge import (
    ChallengeSchema,
    industry_code_field,
    place_field,
    title_field,
)
from api.schemas.desk import CursorPageSchema, CursorQuerySchema
from matchmaker.matching.warnings import WarningKind
from matchmaker.models import BriefQuestion, Challenge, ClosingReason, CompanyNeed, Side
from matchmaker.models.brief import ANSWER_LENGTH
from matchmaker.models.thread import MESSAGE_LENGTH
from matchmaker.services.briefs import Suggestion
from matchmaker.services.drafts import OwnChallenge

#: Question -> what it means, for the reference.
QUESTIONS = {
    BriefQuestion.NOW: ("What happens now.", "Akslerne slår sig op til 0,3 mm."),
    BriefQuestion.WANTED: ("What should happen.", "Højst 0,05 mm kast efter hærdning."),
    BriefQuestion.TRIED: ("What has been tried.", "Langsommere opvarmning; hjalp lidt."),
    BriefQuestion.CONSTRAINTS: ("What it has to keep to.", "Materialet er kundens valg."),
    BriefQuestion.TIME: ("When it has to be done.", "Inden sommerferien."),
}


class DraftInputSchema(StrictSchema):
    """A challenge that is not finished; too little is enough."""

    text = fields.String(
        required=True,
        validate=validate.Length(max=10_000),
        metadata=about("As far as it goes.", "Vi drejer aksler i rustfrit"),
    )
    title = title_field()
    place = place_field()


class KeepInputSchema(StrictSchema):
    """Who wants to keep a challenge that was written without an account."""

    email = fields.String(
        validate=validate.Length(max=254),
        metadata=about(
            "Where the link is mailed to; left out when it is to be one's own.",
            "ida@example.dk",
        ),
    )
    mine = fields.Boolean(
        load_default=False,
        metadata=about("With a token: it becomes the account's at once.", examples=[False]),
    )
    language = fields.String(
        load_default="da",
        validate=validate.OneOf(["da", "en"]),
        metadata=about("Language of the mail.", "da"),
    )


class OwnChallengeSchema(ChallengeSchema):
    """A challenge in the list of its firm."""

    unseen = fields.Integer(
        metadata=about("Messages of the staff that the firm has not marked as seen.", 1)
    )

    @ma.pre_dump
    def with_its_messages(self, own: OwnChallenge, **_kwargs: object) -> Challenge:
        """Return the challenge with the number beside it."""
        own.challenge.unseen = own.unseen  # type: ignore[attr-defined]  # for the dump alone
        return own.challenge


class OwnChallengesSchema(OutputSchema):
    """The challenges of an account and of its organisations."""

    items = fields.List(fields.Nested(OwnChallengeSchema), metadata=about("Newest change first."))


def _answer_field(question: BriefQuestion) -> fields.String:
    words, example = QUESTIONS[question]
    return fields.String(
        validate=validate.Length(
            max=ANSWER_LENGTH, error=_("Please use at most {max} characters.")
        ),
        metadata=about(f"{words} At most {ANSWER_LENGTH} characters; blank is no answer.", example),
    )


class BriefAnswersSchema(StrictSchema):
    """The answers of a brief; what is left out is not answered."""

    now = _answer_field(BriefQuestion.NOW)
    wanted = _answer_field(BriefQuestion.WANTED)
    tried = _answer_field(BriefQuestion.TRIED)
    constraints = _answer_field(BriefQuestion.CONSTRAINTS)
    time = _answer_field(BriefQuestion.TIME)


def _trl_field() -> fields.Integer:
    return fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=validate.Range(min=1, max=9),
        metadata=about("Technology readiness level; null as long as nobody has said.", 4),
    )


def _need_field() -> fields.Enum[Any]:
    return choice(
        CompanyNeed,
        "Which of the four needs of a firm it serves most.",
        "knowledge-and-testing",
        allow_none=True,
        load_default=None,
    )


def _shared_field() -> fields.List[Any]:
    return fields.List(
        fields.Enum(BriefQuestion, by_value=fields.String),
        load_default=(),
        validate=validate.Length(max=len(BriefQuestion)),
        metadata=about(
            "Of a confidential challenge: answers that partners may read before both accept.",
            ["now"],
        ),
    )


def _languages_field() -> fields.List[Any]:
    return fields.List(
        fields.String(validate=language_code()),
        load_default=(),
        validate=validate.Length(max=5),
        metadata=about("ISO 639-1 codes of the languages that the firm can work in.", ["da", "en"]),
    )


class BriefInputSchema(StrictSchema):
    """A brief in place of the present one: what is left out is empty afterwards."""

    answers = fields.Nested(
        BriefAnswersSchema, load_default=dict, metadata=about("Up to five short answers.")
    )
    shared = _shared_field()
    trl = _trl_field()
    need = _need_field()
    languages = _languages_field()
    students = fields.Boolean(
        allow_none=True,
        load_default=None,
        metadata=about("Students may work on it.", examples=[True]),
    )
    confidential = fields.Boolean(
        load_default=False,
        metadata=about("Partners read no more than what is shared.", examples=[False]),
    )
    industry_code = industry_code_field()

    @ma.post_load
    def as_taken(self, data: dict[str, Any], **_kwargs: object) -> dict[str, Any]:
        """Put the answers under their questions, as the service takes them."""
        answers = {BriefQuestion(name): text for name, text in data["answers"].items()}
        return {**data, "answers": answers}


class BriefSchema(OutputSchema):
    """The brief of a challenge as the firm has saved it."""

    answers = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata=about(
            "Only what was answered, by question.", {"now": QUESTIONS[BriefQuestion.NOW][1]}
        ),
    )
    shared = fields.List(
        fields.Enum(BriefQuestion, by_value=fields.String),
        metadata=about("Answers that partners may read of a confidential challenge.", ["now"]),
    )
    trl = fields.Integer(allow_none=True, metadata=about("Technology readiness level.", 4))
    need = choice(CompanyNeed, "Need that it serves.", "new-materials", allow_none=True)
    languages = fields.List(fields.String(), metadata=about("ISO 639-1 codes.", ["da"]))
    students = fields.Boolean(
        allow_none=True, metadata=about("Students may work on it; null: nobody has said.")
    )
    confidential = fields.Boolean(metadata=about("See shared.", examples=[False]))
    industry_code = fields.String(allow_none=True, metadata=about("NACE or DB07 code.", "25.62"))
    revision = fields.Integer(metadata=about("Of the challenge; also the ETag.", 2))

    @ma.pre_dump
    def of(self, challenge: Challenge, **_kwargs: object) -> dict[str, Any]:
        """Return the brief of a challenge."""
        brief = challenge.brief
        return {
            "answers": {question.value: text for question, text in brief.answers.items()},
            "shared": [question for question in BriefQuestion if question in brief.shared],
            "trl": brief.trl,
            "need": brief.need,
            "languages": brief.languages,
            "students": brief.students,
            "confidential": challenge.confidential,
            "industry_code": challenge.industry_code,
            "revision": challenge.revision,
        }


class SuggestedAnswerSchema(OutputSchema):
    """Sentences of the firm under a question, word for word."""

    question = choice(BriefQuestion, "The question.", "now")
    text = fields.String(metadata=about("The sentences.", QUESTIONS[BriefQuestion.NOW][1]))
    sentences = fields.List(
        fields.Integer(), metadata=about("Their positions in `sentences`, from 0.", [1])
    )


class SuggestedIndustrySchema(OutputSchema):
    """A line of business that the words are near to."""

    code = fields.String(metadata=about("NACE class.", "25.62"))
    da = fields.String(metadata=about("Its name in Danish.", "Maskinforarbejdning"))
    en = fields.String(metadata=about("Its name in English.", "Machining"))


class SuggestedBriefSchema(OutputSchema):
    """A brief in the firm's own words; nothing of it is saved."""

    sentences = fields.List(fields.String(), metadata=about("The sentences of the challenge."))
    answers = fields.List(
        fields.Nested(SuggestedAnswerSchema), metadata=about("Questions that are answered.")
    )
    need = choice(CompanyNeed, "Need that it seems to serve.", "new-materials", allow_none=True)
    need_sentence = fields.Integer(
        allow_none=True, metadata=about("Position of the sentence that tells it.", 2)
    )
    trl = fields.Integer(allow_none=True, metadata=about("Level that it seems to be at.", 9))
    trl_sentence = fields.Integer(
        allow_none=True, metadata=about("Position of the sentence that tells it.", 0)
    )
    industries = fields.List(
        fields.Nested(SuggestedIndustrySchema), metadata=about("The nearest first.")
    )
    languages = fields.List(
        fields.String(), metadata=about("The language that the text is in.", ["da"])
    )

    @ma.pre_dump
    def flat(self, found: Suggestion, **_kwargs: object) -> dict[str, Any]:
        """Put the answers into a list, in the order in which they are read."""
        brief = found.brief
        return {
            "sentences": found.sentences,
            "answers": [
                {"question": question, "text": one.text, "sentences": one.sentences}
                for question, one in brief.answers.items()
            ],
            "need": brief.need,
            "need_sentence": brief.need_sentence,
            "trl": brief.trl,
            "trl_sentence": brief.trl_sentence,
            "industries": found.industries,
            "languages": found.languages,
        }


class TextWarningSchema(OutputSchema):
    """One place that may give something away."""

    field = fields.String(
        metadata=about("Where it stands: title, text, or a question of the brief.", "text")
    )
    kind = choice(WarningKind, "What it may give away.", "price")
    start = fields.Integer(metadata=about("Where it begins, in code points.", 17))
    end = fields.Integer(metadata=about("Where it ends; not included.", 28))
    words = fields.String(metadata=about("What stands there.", "12.000 kr."))

    @ma.pre_dump
    def flat(self, pair: tuple[str, Any], **_kwargs: object) -> dict[str, Any]:
        """Put the field beside the warning."""
        name, one = pair
        return {
            "field": name,
            "kind": one.kind,
            "start": one.start,
            "end": one.end,
            "words": one.words,
        }


class WarningsSchema(OutputSchema):
    """What the words of a challenge may give away."""

    accepted = fields.Boolean(
        metadata=about("The firm leaves its words as they are.", examples=[False])
    )
    items = fields.List(
        fields.Nested(TextWarningSchema), metadata=about("In the order of the text.")
    )


class MessageInputSchema(StrictSchema):
    """A message in the thread of a challenge."""

    text = fields.String(
        required=True,
        validate=validate.Length(min=1, max=MESSAGE_LENGTH),
        metadata=about("What is said.", "Hvilken legering er det?"),
    )


class ThreadMessageSchema(OutputSchema):
    """A message in the thread of a challenge."""

    id = fields.UUID(metadata=about("Id of the message."))
    side = choice(Side, "Which side wrote it.", "staff")
    text = fields.String(metadata=about("What is said.", "Hvilken legering er det?"))
    written_at = fields.AwareDateTime(metadata=about("When it was written."))
    seen_at = fields.AwareDateTime(
        allow_none=True, metadata=about("When the other side marked it as seen; null before.")
    )


class ThreadSchema(OutputSchema):
    """What firm and staff wrote to each other."""

    items = fields.List(fields.Nested(ThreadMessageSchema), metadata=about("Oldest first."))


class OpeningSchema(StrictSchema):
    """Opening a challenge."""

    despite_warnings = fields.Boolean(
        load_default=False,
        metadata=about(
            "Although its words may give away what the firm has not said it leaves.",
            examples=[False],
        ),
    )


class ClosingSchema(StrictSchema):
    """Closing a challenge."""

    reason = choice(ClosingReason, "Why.", "solved", required=True)


class ChallengeQueueQuerySchema(CursorQuerySchema):
    """Which part of the queue of challenges to answer with."""

    waits_for = choice(
        Side, "Only those that wait for this side; left out for all.", "staff", load_default=None
    )


class WaitingChallengeSchema(OutputSchema):
    """A challenge in the queue of the staff."""

    challenge = fields.Nested(ChallengeSchema, metadata=about("The challenge."))
    unseen = fields.Integer(
        metadata=about("Messages of the firm that the staff have not marked as seen.", 0)
    )
    warnings = fields.Integer(metadata=about("Places in its words to look at.", 1))


class ChallengeQueueSchema(CursorPageSchema):
    """A part of the queue of challenges."""

    items = fields.List(
        fields.Nested(WaitingChallengeSchema), metadata=about("The longest waiting first.")
    )
