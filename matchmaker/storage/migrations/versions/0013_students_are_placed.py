"""students are placed.

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _to(column: str, table: str, name: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(name), ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("university_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        _to("university_id", "profiles", "fk_cohorts_university_id_profiles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohorts")),
    )
    with op.batch_alter_table("cohorts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cohorts_university_id"), ["university_id"], unique=False
        )

    op.create_table(
        "host_vettings",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("vetted_at", sa.DateTime(timezone=True), nullable=False),
        _to("organisation_id", "profiles", "fk_host_vettings_organisation_id_profiles"),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_host_vettings")),
    )
    op.create_table(
        "assignment_rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "published", "cancelled", name="roundstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("published_answer_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _to("cohort_id", "cohorts", "fk_assignment_rounds_cohort_id_cohorts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rounds")),
        sa.UniqueConstraint(
            "cohort_id", "number", name=op.f("uq_assignment_rounds_cohort_id_number")
        ),
    )
    op.create_table(
        "cohort_students",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        _to("cohort_id", "cohorts", "fk_cohort_students_cohort_id_cohorts"),
        _to("student_id", "profiles", "fk_cohort_students_student_id_profiles"),
        sa.PrimaryKeyConstraint("cohort_id", "student_id", name=op.f("pk_cohort_students")),
    )
    with op.batch_alter_table("cohort_students", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cohort_students_student_id"), ["student_id"], unique=False
        )

    op.create_table(
        "positions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host_id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("tasks", sa.String(), nullable=False),
        sa.Column("learning", sa.String(), nullable=False),
        sa.Column("requirements", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("team_minimum", sa.Integer(), nullable=False),
        sa.Column(
            "work_place",
            sa.Enum("on-site", "remote", "both", name="workplace", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("brought_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("offered", "closed", name="positionstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _to("brought_by_id", "profiles", "fk_positions_brought_by_id_profiles"),
        _to("challenge_id", "challenges", "fk_positions_challenge_id_challenges", "SET NULL"),
        _to("host_id", "profiles", "fk_positions_host_id_profiles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positions")),
    )
    with op.batch_alter_table("positions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_positions_brought_by_id"), ["brought_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_positions_challenge_id"), ["challenge_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_positions_host_id"), ["host_id"], unique=False)

    op.create_table(
        "supervisors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        _to("cohort_id", "cohorts", "fk_supervisors_cohort_id_cohorts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisors")),
    )
    with op.batch_alter_table("supervisors", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervisors_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "forbidden_pairs",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _to("cohort_id", "cohorts", "fk_forbidden_pairs_cohort_id_cohorts"),
        _to("position_id", "positions", "fk_forbidden_pairs_position_id_positions"),
        _to("student_id", "profiles", "fk_forbidden_pairs_student_id_profiles"),
        sa.PrimaryKeyConstraint(
            "cohort_id", "student_id", "position_id", name=op.f("pk_forbidden_pairs")
        ),
    )
    with op.batch_alter_table("forbidden_pairs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_forbidden_pairs_position_id"), ["position_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_forbidden_pairs_student_id"), ["student_id"], unique=False
        )

    op.create_table(
        "host_preferences",
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _to("position_id", "positions", "fk_host_preferences_position_id_positions"),
        _to("student_id", "profiles", "fk_host_preferences_student_id_profiles"),
        sa.PrimaryKeyConstraint("position_id", "student_id", name=op.f("pk_host_preferences")),
    )
    with op.batch_alter_table("host_preferences", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_host_preferences_student_id"), ["student_id"], unique=False
        )

    op.create_table(
        "interest_marks",
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _to("position_id", "positions", "fk_interest_marks_position_id_positions"),
        _to("student_id", "profiles", "fk_interest_marks_student_id_profiles"),
        sa.PrimaryKeyConstraint("student_id", "position_id", name=op.f("pk_interest_marks")),
    )
    with op.batch_alter_table("interest_marks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_interest_marks_position_id"), ["position_id"], unique=False
        )

    op.create_table(
        "placements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "offered",
                "agreed",
                "running",
                "completed",
                "broken-off",
                name="placementstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("agreed", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _to("position_id", "positions", "fk_placements_position_id_positions"),
        _to("round_id", "assignment_rounds", "fk_placements_round_id_assignment_rounds"),
        _to("student_id", "profiles", "fk_placements_student_id_profiles"),
        _to("supervisor_id", "supervisors", "fk_placements_supervisor_id_supervisors", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
    )
    with op.batch_alter_table("placements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_placements_position_id"), ["position_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_placements_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_placements_student_id"), ["student_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_placements_supervisor_id"), ["supervisor_id"], unique=False
        )

    op.create_table(
        "position_approvals",
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _to("cohort_id", "cohorts", "fk_position_approvals_cohort_id_cohorts"),
        _to("position_id", "positions", "fk_position_approvals_position_id_positions"),
        sa.PrimaryKeyConstraint("position_id", "cohort_id", name=op.f("pk_position_approvals")),
    )
    with op.batch_alter_table("position_approvals", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_position_approvals_cohort_id"), ["cohort_id"], unique=False
        )

    op.create_table(
        "round_inputs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _to("round_id", "assignment_rounds", "fk_round_inputs_round_id_assignment_rounds"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_inputs")),
        sa.UniqueConstraint("round_id", "stamp", name=op.f("uq_round_inputs_round_id_stamp")),
    )
    op.create_table(
        "round_locks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _to("position_id", "positions", "fk_round_locks_position_id_positions"),
        _to("round_id", "assignment_rounds", "fk_round_locks_round_id_assignment_rounds"),
        _to("student_id", "profiles", "fk_round_locks_student_id_profiles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_locks")),
        sa.UniqueConstraint(
            "round_id", "student_id", name=op.f("uq_round_locks_round_id_student_id")
        ),
    )
    with op.batch_alter_table("round_locks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_round_locks_position_id"), ["position_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_round_locks_student_id"), ["student_id"], unique=False)

    op.create_table(
        "student_preferences",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _to("cohort_id", "cohorts", "fk_student_preferences_cohort_id_cohorts"),
        _to("position_id", "positions", "fk_student_preferences_position_id_positions"),
        _to("student_id", "profiles", "fk_student_preferences_student_id_profiles"),
        sa.PrimaryKeyConstraint(
            "cohort_id", "student_id", "position_id", name=op.f("pk_student_preferences")
        ),
    )
    with op.batch_alter_table("student_preferences", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_student_preferences_position_id"), ["position_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_student_preferences_student_id"), ["student_id"], unique=False
        )

    op.create_table(
        "round_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("input_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _to("input_id", "round_inputs", "fk_round_answers_input_id_round_inputs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_answers")),
        sa.UniqueConstraint("input_id", "method", name=op.f("uq_round_answers_input_id_method")),
    )


def downgrade() -> None:
    op.drop_table("round_answers")
    with op.batch_alter_table("student_preferences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_student_preferences_student_id"))
        batch_op.drop_index(batch_op.f("ix_student_preferences_position_id"))

    op.drop_table("student_preferences")
    with op.batch_alter_table("round_locks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_locks_student_id"))
        batch_op.drop_index(batch_op.f("ix_round_locks_position_id"))

    op.drop_table("round_locks")
    op.drop_table("round_inputs")
    with op.batch_alter_table("position_approvals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_position_approvals_cohort_id"))

    op.drop_table("position_approvals")
    with op.batch_alter_table("placements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_placements_supervisor_id"))
        batch_op.drop_index(batch_op.f("ix_placements_student_id"))
        batch_op.drop_index(batch_op.f("ix_placements_round_id"))
        batch_op.drop_index(batch_op.f("ix_placements_position_id"))

    op.drop_table("placements")
    with op.batch_alter_table("interest_marks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_marks_position_id"))

    op.drop_table("interest_marks")
    with op.batch_alter_table("host_preferences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_host_preferences_student_id"))

    op.drop_table("host_preferences")
    with op.batch_alter_table("forbidden_pairs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forbidden_pairs_student_id"))
        batch_op.drop_index(batch_op.f("ix_forbidden_pairs_position_id"))

    op.drop_table("forbidden_pairs")
    with op.batch_alter_table("supervisors", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supervisors_cohort_id"))

    op.drop_table("supervisors")
    with op.batch_alter_table("positions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_positions_host_id"))
        batch_op.drop_index(batch_op.f("ix_positions_challenge_id"))
        batch_op.drop_index(batch_op.f("ix_positions_brought_by_id"))

    op.drop_table("positions")
    with op.batch_alter_table("cohort_students", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cohort_students_student_id"))

    op.drop_table("cohort_students")
    op.drop_table("assignment_rounds")
    op.drop_table("host_vettings")
    with op.batch_alter_table("cohorts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cohorts_university_id"))

    op.drop_table("cohorts")
