"""Alembic migrations. They run inside the package, from a wheel as from a checkout: see `storage.schema`."""
