"""Generators of the tables that the rules ship; run by hand with the development tools they name."""
