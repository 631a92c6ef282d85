"""Migrations of the store (Alembic). They run through `service.store.migrate`; there is no alembic.ini."""
