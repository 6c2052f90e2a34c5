"""Mail to people: freeze, claim, submit, record."""
