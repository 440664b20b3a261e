"""The site with a bare Flask hello beside it, in one server."""

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from market.app import create_app

hello = Flask("hello")


@hello.route("/")
def world() -> str:
    """The peer: what Flask itself costs."""
    return "hello"


site = DispatcherMiddleware(create_app().wsgi_app, {"/hello": hello})
