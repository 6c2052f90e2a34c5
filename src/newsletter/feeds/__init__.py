"""Outlets to raw captures to articles: fetch, parse in a cage, clean."""
