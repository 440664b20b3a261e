"""The application for a server: `gunicorn wsgi:app`."""

from market.app import create_app

app = create_app()
