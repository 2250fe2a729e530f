"""The tests, laid out as the floors are; a package, so that factories have one full name."""
