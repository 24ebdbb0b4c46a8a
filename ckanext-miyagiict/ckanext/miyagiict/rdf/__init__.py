"""The catalogue for machines of others: DCAT-AP 3 as RDF, schema.org in the page. Profiles of ckanext-dcat, found by entry point."""
