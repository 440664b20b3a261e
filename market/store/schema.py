"""Tables and triggers straight from the models: for tests, and for the guard that compares them with the migrations."""

from sqlalchemy import Engine

from market.store.db import Base
from market.store.guards import install


def create_all(engine: Engine) -> None:
    """Create every table and trigger in an empty database."""
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        install(connection, Base.metadata)
