"""Run by Alembic for `storage.schema.migrate`, which hands the connection with its open transaction over."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
