"""How alembic reaches a book: by the connection it is handed, inside its transaction."""

from __future__ import annotations

from alembic import context

from apportion.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=False
)
context.run_migrations()
