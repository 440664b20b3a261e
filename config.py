"""How the site is run. Everything that differs between machines comes from the environment, read here and nowhere else.

| variable             | meaning                                                                             |
| -------------------- | ----------------------------------------------------------------------------------- |
| `MARKET_ENV`         | `development` (also when unset) or `production`                                     |
| `SECRET_KEY`         | signs cookies; needed in production, else made once in the instance folder          |
| `DATABASE_URL`       | the application's database; needed in production, else SQLite in the instance folder |
| `OWNER_DATABASE_URL` | the same database for the tables' owner, who runs migrations                        |
| `MARKET_INSTANCE`    | the folder of this machine's data, `instance/` when unset                           |
| `SEARCH_INDEX`       | the folder of the search index, `search_index/` when unset                          |
| `MARKET_DEMO`        | `1` shows demo accounts and lets them sign in; off in production unless said        |
| `MAX_UPLOAD_MB`      | the largest request body in MB, 12 when unset                                       |
| `LOG_KEY`            | signs the public log: what `flask log key` makes, or its file; as SECRET_KEY        |
| `LOG_WITNESSES`      | who cosigns it: lines `witness KEY URL` and `quorum K`, or their file; else nobody  |
| `DRAND_RELAYS`       | addresses that serve drand's rounds over HTTPS, parted by blanks; `-` for none      |
| `FONTS`              | folders with a Chinese font for PDF, as in PATH; the machine's own when unset       |
"""

import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from market.journal.rules.note import new_signer

ROOT = Path(__file__).resolve().parent
LEAST_SECRET = 32
RELAYS = "https://api.drand.sh https://api2.drand.sh https://api3.drand.sh https://drand.cloudflare.com"


class Config:
    """What every way of running has in common."""

    VERSION = "0.1.0"
    DEBUG = False
    TESTING = False
    SECRET_KEY = ""
    SQLALCHEMY_DATABASE_URI = ""
    OWNER_DATABASE_URL = ""
    INSTANCE = str(ROOT / "instance")
    SEARCH_INDEX = str(ROOT / "search_index")
    LOG_KEY = ""
    LOG_WITNESSES = ""
    FONTS = os.pathsep.join(("/usr/share/fonts", "/usr/local/share/fonts", str(Path.home() / ".local/share/fonts")))
    MARKET_DEMO = False
    DRAND_RELAYS: tuple[str, ...] = ()
    MAX_CONTENT_LENGTH = 12 * 1024 * 1024
    MAX_FORM_PARTS = 2000
    PERMANENT_SESSION_LIFETIME = timedelta(hours=12)
    SESSION_COOKIE_NAME = "market"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_SECURE = False
    SESSION_REFRESH_EACH_REQUEST = False
    HSTS = False
    # A form stays good as long as its session.
    WTF_CSRF_TIME_LIMIT = None
    BABEL_DEFAULT_LOCALE = "zh_Hans_CN"
    BABEL_DEFAULT_TIMEZONE = "Asia/Shanghai"
    # Argon2id: OWASP's first choice of memory (KiB) and passes.
    PASSWORD_COST = (2, 19_456)


class Development(Config):
    """One machine, no settings needed: SQLite and a secret of its own in the instance folder."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        instance = Path(env.get("MARKET_INSTANCE") or Config.INSTANCE).resolve()
        self.INSTANCE = str(instance)
        self.SECRET_KEY = env.get("SECRET_KEY") or kept_secret(instance / "secret_key")
        self.SQLALCHEMY_DATABASE_URI = database_url(
            env.get("DATABASE_URL") or f"sqlite:///{instance / 'market.sqlite'}"
        )
        self.OWNER_DATABASE_URL = database_url(env.get("OWNER_DATABASE_URL", ""))
        self.SEARCH_INDEX = str(Path(env.get("SEARCH_INDEX") or Config.SEARCH_INDEX).resolve())
        self.FONTS = env.get("FONTS") or Config.FONTS
        self.LOG_KEY = text_or_file(env.get("LOG_KEY", "")) or kept_secret(instance / "log_key", _log_key)
        self.LOG_WITNESSES = text_or_file(env.get("LOG_WITNESSES", ""))
        self.MARKET_DEMO = flag(env, "MARKET_DEMO", default="1")
        self.DRAND_RELAYS = relays(env.get("DRAND_RELAYS") or RELAYS)
        self.MAX_CONTENT_LENGTH = whole_number(env, "MAX_UPLOAD_MB", default="12") * 1024 * 1024


class Production(Development):
    """The public site: a missing secret or database stops the start."""

    SESSION_COOKIE_SECURE = True
    HSTS = True

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        missing = [name for name in ("SECRET_KEY", "DATABASE_URL", "LOG_KEY") if not env.get(name)]
        if missing:
            stop(f"MARKET_ENV=production needs {' and '.join(missing)} in the environment.")
        if len(env["SECRET_KEY"]) < LEAST_SECRET:
            stop(f"SECRET_KEY must have at least {LEAST_SECRET} characters in production.")
        super().__init__(env)
        self.MARKET_DEMO = flag(env, "MARKET_DEMO", default="0")


class Testing(Config):
    """Cheap passwords, no secrets; the tests name their own database and folders."""

    TESTING = True
    SECRET_KEY = "only for tests, known to everybody"  # noqa: S105
    SQLALCHEMY_DATABASE_URI = "sqlite://"
    LOG_KEY = "PRIVATE+KEY+tests.market.example/log+725766ff+ARERERERERERERERERERERERERERERERERERERERERER"
    MARKET_DEMO = True
    PASSWORD_COST = (1, 8)


def chosen(env: Mapping[str, str] = os.environ) -> Config:
    """The configuration that `MARKET_ENV` names."""
    kinds = {"development": Development, "production": Production}
    name = env.get("MARKET_ENV") or "development"
    if name not in kinds:
        stop(f"MARKET_ENV is {name!r}; it can be {' or '.join(kinds)}.")
    return kinds[name](env)


def stop(line: str) -> NoReturn:
    """End the start with one line. Status 3 is how a gunicorn worker says that trying again is no use."""
    sys.stderr.write(f"Cannot start: {line}\n")
    raise SystemExit(3)


def flag(env: Mapping[str, str], name: str, *, default: str) -> bool:
    """A yes or no from the environment; anything unclear stops the start."""
    value = (env.get(name) or default).lower()
    if value not in ("0", "1", "false", "true", "no", "yes"):
        stop(f"{name} is {value!r}; write 1 or 0.")
    return value in ("1", "true", "yes")


def whole_number(env: Mapping[str, str], name: str, *, default: str) -> int:
    """A positive whole number from the environment; anything else stops the start."""
    value = env.get(name) or default
    if not value.isdecimal() or int(value) == 0:
        stop(f"{name} is {value!r}; write a whole number above zero.")
    return int(value)


def relays(text: str) -> tuple[str, ...]:
    """The addresses of drand's relays; anything but HTTPS stops the start. `-` says that there is no internet."""
    found = () if text.strip() == "-" else tuple(text.split())
    for address in found:
        if not address.startswith("https://"):
            stop(f"DRAND_RELAYS has {address!r}; write addresses that begin with https://, or - for none.")
    return found


def database_url(url: str) -> str:
    """The address with the driver that is installed: `postgres://` and `postgresql://` mean psycopg 3."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme in ("postgres", "postgresql") else url


def text_or_file(given: str) -> str:
    """What was given, or what stands in the file that was named; a file that cannot be read stops the start."""
    if not given.startswith(("/", "./", "~")):
        return given
    try:
        return Path(given).expanduser().read_text("utf-8").strip()
    except OSError as error:
        stop(f"{given} cannot be read: {error.strerror}.")


def _random_secret() -> str:
    return secrets.token_urlsafe(48)


def _log_key() -> str:
    return str(new_signer("demo.localhost/log"))


def kept_secret(file: Path, make: Callable[[], str] = _random_secret) -> str:
    """The secret in `file`, made once; two processes that start together end up with the same one."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(descriptor, "w") as written:
            written.write(make())
        try:
            os.link(made, file)
        except FileExistsError:
            pass
        finally:
            Path(made).unlink()
    return file.read_text().strip()
