"""Tools for developers and tests: the strict SendGrid stand-in."""
