"""Run every benchmark: ``python -m bench``; exit 1 when a limit was missed."""

import sys

from bench import editions, navigator, pages, price, search, served


def main() -> int:
    """Run them one after the other."""
    missed = 0
    for title, run in (
        ("Price", price.main),
        ("Search", search.main),
        ("Editions", editions.main),
        ("Navigator", navigator.main),
        ("Statements per page", pages.main),
        ("Served pages", served.main),
    ):
        print(f"== {title}", flush=True)
        missed += run()
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
