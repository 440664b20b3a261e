"""How the site is run: what the environment may say, and what stops the start."""

import subprocess
import sys
from pathlib import Path

import pytest

from config import Config, Development, Production, chosen, database_url, flag, kept_secret

SAFE = {"SECRET_KEY": "s" * 40, "DATABASE_URL": "postgres://market@db/market", "LOG_KEY": "PRIVATE+KEY+a+b+c"}


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL", "LOG_KEY"])
def test_production_without_its_secret_or_database_stops_the_start_with_one_line(
    missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    env = {"MARKET_ENV": "production", **SAFE}
    del env[missing]
    with pytest.raises(SystemExit) as stopped:
        chosen(env)
    assert stopped.value.code == 3
    assert capsys.readouterr().err == f"Cannot start: MARKET_ENV=production needs {missing} in the environment.\n"


def test_a_short_secret_stops_production() -> None:
    with pytest.raises(SystemExit):
        chosen({"MARKET_ENV": "production", **SAFE, "SECRET_KEY": "short"})


def test_an_unknown_environment_stops_the_start() -> None:
    with pytest.raises(SystemExit):
        chosen({"MARKET_ENV": "staging"})


def test_production_sends_cookies_over_https_only_and_shows_no_demo_accounts() -> None:
    found = chosen({"MARKET_ENV": "production", **SAFE})
    assert isinstance(found, Production)
    assert (found.SESSION_COOKIE_SECURE, found.HSTS, found.MARKET_DEMO) == (True, True, False)


def test_development_needs_nothing_and_keeps_its_secret(tmp_path: Path) -> None:
    env = {"MARKET_INSTANCE": str(tmp_path)}
    first, second = Development(env), Development(env)
    assert len(first.SECRET_KEY) >= 48
    assert first.SECRET_KEY == second.SECRET_KEY
    assert f"sqlite:///{tmp_path}/market.sqlite" == first.SQLALCHEMY_DATABASE_URI


def test_the_secret_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    kept_secret(tmp_path / "secret_key")
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_installed_driver(scheme: str) -> None:
    assert database_url(f"{scheme}://a:b@c/d") == "postgresql+psycopg://a:b@c/d"


def test_another_database_address_is_left_alone() -> None:
    assert database_url("sqlite:///x") == "sqlite:///x"


def test_an_unclear_switch_stops_the_start() -> None:
    with pytest.raises(SystemExit):
        flag({"MARKET_DEMO": "maybe"}, "MARKET_DEMO", default="0")


def test_the_version_is_the_projects() -> None:
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'version = "{Config.VERSION}"' in project


def test_importing_the_application_loads_no_dictionary() -> None:
    code = "import sys, market.app; sys.exit('jieba' in sys.modules or 'rjieba' in sys.modules)"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, cwd=Path(__file__).parents[2])
