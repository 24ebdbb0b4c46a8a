"""The embedded services of the catalogue and the home folder they live in.

PostgreSQL, Redis and Solr come as wheels and jars, are started, watched and stopped by
:mod:`miyagi_stack.supervisor`, and keep every byte of their state in one home folder.
Nothing of CKAN's code is imported here: what must run inside CKAN lies in ``stack/in_ckan``
and runs in a process of its own.
"""
