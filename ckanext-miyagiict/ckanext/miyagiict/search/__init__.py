"""What goes into the search index, and how a question is rewritten: for datasets in Solr, for rows in the DataStore (``tables``).

Plain inside, without CKAN: vocabulary, segment, question, field_query, document. CKAN calls ``hooks`` and ``actions``. See
docs/search.md.
"""
