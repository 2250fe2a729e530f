"""Tests of this folder: see the docstring of each file."""
