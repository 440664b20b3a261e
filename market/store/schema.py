"""Tables and triggers: by migrations for a site, straight from the models for tests."""

from flask_migrate import upgrade
from sqlalchemy import Engine

from market.store.db import Base, db
from market.store.fulltext import install_full_text
from market.store.guards import install


def create_all(engine: Engine) -> None:
    """Create every table and trigger in an empty database."""
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        install(connection, Base.metadata)
        install_full_text(connection, Base.metadata)


def bring_up_to_date() -> None:
    """Migrate the running application's database, as the tables' owner where one is configured."""
    db.session.close()
    upgrade()
