"""The only hand that touches money: the ledger, purses, quotes, meals, top-ups.

Append-only, because an auditor must be able to add everything again: a mistake is met by an opposite
entry, never by an edit; the database refuses updates and deletes by trigger. Locks are taken in one
order everywhere: purse, counter, canteen-day; so two acts may wait for each other but never both.
"""
