"""The tests, laid out as the floors are; the package mark lets factories be imported by their full name."""
