"""Tests of the rules: pure functions, so no database, no clock, no files but their own data."""
