"""The WSGI application of CKAN, ready to be forked.

CKAN closes its database connections at the end of loading, and its plugins are asked to do the same, so that no
connection is shared between the workers.
"""

from __future__ import annotations

import os

import ckan.plugins as p
from ckan import model
from ckan.cli import load_config
from ckan.config.middleware import make_app

application = make_app(load_config(os.environ["CKAN_INI"]))

for plugin in p.PluginImplementations(p.IForkObserver):
    plugin.before_fork()
model.Session.remove()
model.meta.engine.dispose()
