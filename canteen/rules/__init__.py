"""The rules: pure functions and frozen values. Standard library only; no clock, no database, no float."""
