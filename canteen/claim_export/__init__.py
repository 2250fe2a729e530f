"""Exports of claims, made in a process of their own: `python -m canteen.claim_export UID`.

Beside the service because a million rows have no place in the process that answers the counters. It reads
the books once, in one snapshot, lays the rows out, and keeps the file; it tells how far it is, and stops
when it is no longer wanted. Killed at any moment it leaves nothing behind.
"""
