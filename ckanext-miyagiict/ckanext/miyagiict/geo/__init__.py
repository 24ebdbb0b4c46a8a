"""Boundaries of municipalities: files that operators have, made whole, small and drawable. Plain Python, no library of geometry."""
