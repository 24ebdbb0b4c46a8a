#!/bin/sh
# web: prepare databases, publish datasets/, serve. worker: take background jobs. harvest: harvest other portals. kpi: count KPIs. Anything else is run as it is.
set -eu

case "${1:-web}" in
web)
    python /srv/miyagi/docker/initialise.py
    python /srv/miyagi/stack/in_ckan/miyagi_prepare.py --report /dev/stdout --database --publish \
        --first-login /var/lib/ckan/first-login.txt || [ $? -eq 3 ] # 3: some package was not published; the site still opens
    export MIYAGI_BIND=0.0.0.0:5000 MIYAGI_ACCESS_LOG=-
    exec gunicorn --config /srv/miyagi/stack/in_ckan/gunicorn.conf.py miyagi_wsgi:application
    ;;
worker)
    exec ckan jobs worker
    ;;
harvest)
    exec ckan miyagiict harvest worker
    ;;
kpi)
    exec ckan miyagiict kpi worker
    ;;
*)
    exec "$@"
    ;;
esac
