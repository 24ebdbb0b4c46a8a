"""gunicorn's settings; see https://docs.gunicorn.org/en/stable/settings.html"""

import os
import sys

from gunicorn.http import message

sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # miyagi_wsgi

bind = os.environ["MIYAGI_BIND"]
accesslog = os.environ["MIYAGI_ACCESS_LOG"]
workers = int(os.environ.get("MIYAGI_WORKERS", "2"))
# Threads, so that a slow download does not keep one of two workers from everybody else.
worker_class = "gthread"
threads = 4
# CKAN is loaded once, in the parent: half the start-up time and memory of two loads.
preload_app = True
timeout = 120
graceful_timeout = 8
keepalive = 5
control_socket_disable = True  # its default place is outside the home folder
# A question of 10,000 characters comes to CKAN, which says that it is too long: a Japanese one has nine bytes in an address, some signs have twelve.
# gunicorn knows no setting above 8190 but 0, which is no limit at all.
message.MAX_REQUEST_LINE = limit_request_line = 128 * 1024
