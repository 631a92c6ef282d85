"""Alembic's entry: runs migrations on the connection and in the transaction that `service.store.migrate` hands over."""

from alembic import context

from service.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a table in place
    transactional_ddl=True,  # both data bases undo DDL with the transaction
)
context.run_migrations()
