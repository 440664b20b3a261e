"""The lesser and the greater of two numbers in SQL, which the databases call by different names.

With a NULL among them the databases differ too: only for what is never NULL.
"""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class least(GenericFunction[int]):  # noqa: N801 - called like func.sum
    """The least of whole numbers."""

    type = BigInteger()
    inherit_cache = True


class greatest(GenericFunction[int]):  # noqa: N801 - called like func.sum
    """The greatest of whole numbers."""

    type = BigInteger()
    inherit_cache = True


@compiles(least, "sqlite")
def _min(element: Any, compiler: Any, **given: Any) -> str:
    return f"min({compiler.process(element.clauses, **given)})"


@compiles(greatest, "sqlite")
def _max(element: Any, compiler: Any, **given: Any) -> str:
    return f"max({compiler.process(element.clauses, **given)})"
