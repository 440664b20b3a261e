"""Tables and triggers: by migrations where there are any, straight from the models for tests."""

from pathlib import Path

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import Engine, create_engine, inspect

from market.store.db import Base, db
from market.store.guards import install


def create_all(engine: Engine) -> None:
    """Create every table and trigger in an empty database."""
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        install(connection, Base.metadata)


def bring_up_to_date() -> None:
    """Migrate the database of the running application as its owner; without migrations, create the tables."""
    db.session.close()
    if any((Path(current_app.extensions["migrate"].directory) / "versions").glob("*.py")):
        upgrade()
        return
    engine = create_engine(current_app.config["OWNER_DATABASE_URL"] or db.engine.url)
    if not inspect(engine).has_table("outbox"):
        create_all(engine)
    engine.dispose()
