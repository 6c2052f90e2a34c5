"""SQLAlchemy Core tables, one module per aggregate; rows stop here.

Start at `engine.open_database`, which gives a `Database`; hand it to the stores: `SqlFeedArchive`,
`SqlIssueStore`, `SqlSubscriberStore`, `SqlMailingStore`, `SqlBackfillStore`. Nothing connects at import,
and nothing is imported here, so that a command without a database does not pay for SQLAlchemy.
"""
