"""The only floor that knows HTTP, cut by user: a folder is a user's door, a file is a route with its schemas.

What one user sees changes together with its route and its schema, and not with what another sees; so
`reader`, `counter`, `community`, `volunteer`, `finance`, `family`, `admin` (and `kitchen`, `street`,
`auditor`) never import one another. A door's `__init__` guards all its routes before any of them runs.
Views call `db.run(service, …)` and `db.read(service, …)` and know no table.
"""
