"""What a page says: words for dates, years and numbers, and what stands on a plan's page. Plain Python, no CKAN."""
