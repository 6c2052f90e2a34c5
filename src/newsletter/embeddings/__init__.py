"""Optional: a local sentence model beside the words (`pip install "both-sides-newsletter[embeddings]"`)."""
