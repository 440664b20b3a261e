"""The application: wires every part together, and the only module that knows them all."""

from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined

import config as settings
from market.accounts import rules as account_rules
from market.accounts import views as accounts
from market.agencies import models as agency_models
from market.agencies import views as agencies
from market.catalogue import models as catalogue_models
from market.catalogue import views as catalogue
from market.cli import accounts as people
from market.cli import agencies as agency_commands
from market.cli import demo, jobs, listing, search, setup
from market.cli import log as log_commands
from market.contracts import models as contract_models
from market.contracts import views as contracts
from market.evaluation import models as evaluation_models
from market.evaluation import views as evaluation
from market.fees import models as fee_models
from market.fees import views as fees
from market.journal import models as journal_models
from market.journal.guarding import Log
from market.journal.rules.note import signer
from market.journal.rules.policy import policy
from market.notices import models as notice_models
from market.oversight import models as oversight_models
from market.oversight import views as oversight
from market.pages import desks, verification
from market.pages import views as pages
from market.ratings import models as rating_models
from market.ratings import views as ratings
from market.search.index import Index
from market.selection import models as selection_models
from market.selection import views as selection
from market.store.db import db, migrate
from market.store.transaction import answers
from market.web import access, context, converters, filters, forms, headers, health, locale, read_only, refusals

BLUEPRINTS = (
    accounts.accounts,
    agencies.agencies,
    catalogue.bases_desk,
    catalogue.catalogue,
    contracts.contracts_desk,
    desks.desks,
    evaluation.evaluation_desk,
    fees.fees_desk,
    oversight.oversight_desk,
    pages.pages,
    ratings.ratings_desk,
    selection.selection,
)
COMMANDS = (
    agency_commands.agencies_group,
    demo.demo,
    jobs.jobs_group,
    listing.list_group,
    log_commands.log_group,
    people.people_group,
    search.search_group,
    setup.setup,
)
# Whoever creates or migrates tables needs all of them, also those that no page reads yet.
MODELS = (
    agency_models,
    catalogue_models,
    contract_models,
    evaluation_models,
    fee_models,
    journal_models,
    notice_models,
    oversight_models,
    rating_models,
    selection_models,
)
MIGRATIONS = settings.ROOT / "market" / "store" / "migrations"


def create_app(config: Any = None) -> Flask:
    """The application as `config` (a class or object of config.py) says; without one, as the environment says."""
    chosen = settings.chosen() if config is None else config() if isinstance(config, type) else config
    app = Flask(
        "market",
        root_path=str(Path(__file__).parent),
        instance_path=chosen.INSTANCE,
        template_folder=str(settings.ROOT / "templates"),
        static_folder=str(settings.ROOT / "static"),
    )
    app.config.from_object(chosen)
    account_rules.passwords.use_cost(*chosen.PASSWORD_COST)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS))
    _prepare_templates(app)
    converters.init_app(app)
    access.init_app(app)
    locale.init_app(app)
    log = app.extensions["log"] = _log(app)
    # Before the check of the form: whoever may not write is told so first.
    read_only.init_app(app, log.verdict)
    forms.csrf.init_app(app)
    filters.init_app(app)
    context.init_app(
        app,
        {"edition_in_force": pages.in_force_or_none, "read_only": log.verdict, "found_wrong": verification.found_wrong},
    )
    refusals.init_app(app)
    headers.init_app(app)
    index = app.extensions["search"] = Index.open(Path(app.config["SEARCH_INDEX"]))
    health.init_app(
        app,
        {
            "database": health.ok_if(answers),
            "index": health.ok_if(lambda: not index.needs_rebuild),
            "log": log.in_a_word,
        },
        {"verification": verification.in_a_word},
    )
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


def _log(app: Flask) -> Log:
    try:
        by, watched = signer(app.config["LOG_KEY"]), policy(app.config["LOG_WITNESSES"])
    except ValueError as error:
        settings.stop(f"LOG_KEY or LOG_WITNESSES cannot be used: {error}.")
    return Log(by, watched, Path(app.instance_path))


def _prepare_templates(app: Flask) -> None:
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.policies["ext.i18n.trimmed"] = True
    if app.testing:
        environment.undefined = StrictUndefined
