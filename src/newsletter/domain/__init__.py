"""Values and rules, no I/O: every type here is frozen, every function pure. The glossary is CONTEXT.md."""
