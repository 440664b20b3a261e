"""How `make serve` runs gunicorn."""

from urllib.parse import quote

from gunicorn.config import Config
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from market.cli import serve


def test_a_query_of_ten_thousand_chinese_characters_reaches_the_site() -> None:
    config = Config()
    config.set("limit_request_line", serve.limit_request_line)
    line = f"GET /search?q={quote('环' * 10_000)} HTTP/1.1\r\nHost: market.example\r\n\r\n".encode()
    read = Request(config, IterUnreader([line]), ("127.0.0.1", 1))
    assert len(read.query) == 90_002
