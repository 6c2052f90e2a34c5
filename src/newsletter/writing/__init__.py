"""Stories to words, each with its evidence."""
