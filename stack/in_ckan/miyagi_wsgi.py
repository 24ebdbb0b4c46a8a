"""The WSGI application of CKAN, ready to be forked.

Style sheets and scripts are put together here. CKAN does it when a page first needs one, in each worker for itself, and where two do
so at once, one of the pages is an error.

CKAN closes its database connections at the end of loading, and its plugins are asked to do the same, so that no
connection is shared between the workers.
"""

from __future__ import annotations

import logging
import os

import ckan.plugins as p
from ckan import model
from ckan.cli import load_config
from ckan.config.middleware import make_app
from ckan.lib import webassets_tools
from webassets.exceptions import BundleError


def put_assets_together() -> None:
    """Build every bundle whose files have changed; from then on no page looks whether they have."""
    for bundle in webassets_tools.env:
        try:
            bundle.urls()
        except BundleError as error:  # one that no page may ever ask for
            logging.getLogger(__name__).warning("%s: %s", bundle.output, error)
    webassets_tools.env.auto_build = False


application = make_app(load_config(os.environ["CKAN_INI"]))
# Reading CKAN's logging settings silences every logger that was there before: gunicorn would not say why it answers 500.
for name in ("gunicorn.error", "gunicorn.access"):
    logging.getLogger(name).disabled = False
put_assets_together()

for plugin in p.PluginImplementations(p.IForkObserver):
    plugin.before_fork()
model.Session.remove()
model.meta.engine.dispose()
