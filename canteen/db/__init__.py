"""The database: engines with their pragmas, the unit of work, the writer thread, the file locks.

`db.run` is the only place that commits. On SQLite one server process owns a writer thread that
groups what waits into one durable commit; every other process writes one call at a time. All of
them, and every checkpoint, hold an exclusive lock on `<database>.write.lock`, because SQLite's own
busy handler is unfair and its library of 2023 can damage a WAL that two connections checkpoint at once.
"""
