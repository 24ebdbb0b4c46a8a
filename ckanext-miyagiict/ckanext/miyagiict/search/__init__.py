"""What goes into the index and how a question is rewritten."""
