"""The application for a server: `gunicorn wsgi:app`."""

import gc

from market.app import create_app

app = create_app()
# What was made by now stays: a collection that walks through it takes longer than a page.
gc.collect()
gc.freeze()
