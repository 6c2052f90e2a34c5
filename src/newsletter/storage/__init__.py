"""SQLAlchemy Core tables, one module per aggregate; rows stop here."""
