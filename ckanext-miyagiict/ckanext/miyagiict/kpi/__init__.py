"""Key figures of the plans: what they are, how far they are, what proves them. Plain Python, no CKAN, no database."""
