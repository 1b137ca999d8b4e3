"""Runs migrations on the engine that ``storage.database`` hands over."""

from alembic import context

from matchmaker.models import Base
from matchmaker.storage.dialects import migrate_alone

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    migrate_alone(connection)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
