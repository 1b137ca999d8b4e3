"""ImportRun: what a file would change, and how far it has been written."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.errors import TransitionNotAllowed
from matchmaker.models.base import Base, text_enum
from matchmaker.models.profile import ProfileKind


class ImportFormat(enum.StrEnum):
    """What files can be read."""

    CSV = "csv"
    XLSX = "xlsx"
    #: One profile a line, in the shape of our own API.
    JSONL = "jsonl"
    ROR = "ror"
    ORCID = "orcid"
    OPENALEX_AUTHORS = "openalex-authors"
    OPENALEX_INSTITUTIONS = "openalex-institutions"
    CORDIS_ORGANISATIONS = "cordis-organisations"
    CORDIS_PROJECTS = "cordis-projects"

    @property
    def is_table(self) -> bool:
        """Whether a mapping has to say what its columns mean."""
        return self in {ImportFormat.CSV, ImportFormat.XLSX}


class ImportState(enum.StrEnum):
    """Where an import is on its way."""

    #: Its file lies here; what the columns mean has to be said.
    RECEIVED = "received"
    #: Its rows are being looked at.
    READING = "reading"
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImportAction(enum.StrEnum):
    """What can be done with an import."""

    READ = "read"
    #: What was said of its columns does not do; say it anew.
    ASK = "ask"
    PLAN = "plan"
    APPLY = "apply"
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"


#: state -> action -> next state; what is not here is refused. A running import may be applied:
#: that is how it goes on after a crash. One that is being read may be read anew for that reason.
TRANSITIONS: dict[ImportState, dict[ImportAction, ImportState]] = {
    ImportState.RECEIVED: {
        ImportAction.READ: ImportState.READING,
        ImportAction.CANCEL: ImportState.CANCELLED,
    },
    ImportState.READING: {
        ImportAction.READ: ImportState.READING,
        ImportAction.ASK: ImportState.RECEIVED,
        ImportAction.PLAN: ImportState.PLANNED,
        ImportAction.FAIL: ImportState.FAILED,
        ImportAction.CANCEL: ImportState.CANCELLED,
    },
    ImportState.PLANNED: {
        ImportAction.APPLY: ImportState.RUNNING,
        ImportAction.CANCEL: ImportState.CANCELLED,
    },
    ImportState.RUNNING: {
        ImportAction.APPLY: ImportState.RUNNING,
        ImportAction.FINISH: ImportState.DONE,
        ImportAction.FAIL: ImportState.FAILED,
        ImportAction.CANCEL: ImportState.CANCELLED,
    },
    ImportState.DONE: {},
    ImportState.FAILED: {
        ImportAction.APPLY: ImportState.RUNNING,
        ImportAction.CANCEL: ImportState.CANCELLED,
    },
    ImportState.CANCELLED: {},
}


class RowOutcome(enum.StrEnum):
    """What an import does with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class ImportRun(Base, kw_only=True):
    """One file on its way into the database: first planned, then written batch by batch."""

    __tablename__ = "import_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)
    file_name: Mapped[str]
    #: SHA-256 of the file, in hexadecimal.
    file_sha256: Mapped[str]
    format: Mapped[ImportFormat] = mapped_column(text_enum(ImportFormat))
    #: Kind of profile that a table holds; None when every record says its own.
    kind: Mapped[ProfileKind | None] = mapped_column(text_enum(ProfileKind), default=None)
    #: Cohort that its students come into; None for a file of the cluster. Those of its university
    #: may go on with it, and it touches no other profile than those of their students.
    cohort_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("cohorts.id", ondelete="CASCADE"), index=True, default=None
    )
    #: What the columns were taken for; empty when it is no table.
    mapping: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    state: Mapped[ImportState] = mapped_column(text_enum(ImportState), default=ImportState.PLANNED)
    #: Rows by outcome; a conflict found while writing moves a row to the refused ones.
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    #: Rows that have to be written, and how many of them are done.
    planned: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    #: Bytes of the plan that are done, so that going on needs no reading from the start.
    offset: Mapped[int] = mapped_column(default=0)
    #: Why it failed; empty otherwise.
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (Index("ix_import_runs_created_at", "created_at"),)

    def actions(self) -> tuple[ImportAction, ...]:
        """Return what the present state allows."""
        return tuple(TRANSITIONS[self.state])

    def advance(self, action: ImportAction, *, at: datetime) -> None:
        """Take the action.

        Raises:
            TransitionNotAllowed: the present state does not allow it.

        """
        following = TRANSITIONS[self.state].get(action)
        if following is None:
            raise TransitionNotAllowed("import", self.state, action, self.actions())
        self.state = following
        self.updated_at = at


class ImportRow(Base, kw_only=True):
    """One row of a plan: what it does, or why it does nothing."""

    __tablename__ = "import_rows"

    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("import_runs.id", ondelete="CASCADE"), primary_key=True
    )
    #: Line of a table as a spreadsheet counts it, or number of the record, from 1.
    number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[RowOutcome] = mapped_column(text_enum(RowOutcome))
    name: Mapped[str] = mapped_column(default="")
    #: The profile it makes, changes or leaves; no foreign key: it may not be there yet.
    profile_id: Mapped[UUID | None] = mapped_column(default=None)
    #: Field to its value before and after.
    changes: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    #: Each with column and reason.
    problems: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)

    __table_args__ = (Index("ix_import_rows_run_outcome", "run_id", "outcome", "number"),)


class ImportMapping(Base, kw_only=True):
    """What the columns of a table mean, kept under a name for the next file of its sort."""

    __tablename__ = "import_mappings"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[ProfileKind] = mapped_column(text_enum(ProfileKind))
    #: Header to field; a header that is not here is passed over.
    columns: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    #: Field to the value that every row gets.
    fixed: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
