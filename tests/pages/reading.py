"""Read pages as the tests of this folder do."""

from flask.testing import FlaskClient


def page(client: FlaskClient, url: str, status: int = 200) -> str:
    """Read a page in English; fail when it answers otherwise."""
    client.set_cookie("lang", "en")
    answer = client.get(url)
    assert answer.status_code == status, answer.text
    return answer.text
