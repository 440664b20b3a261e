"""Run every benchmark (``python -m bench``) or the named ones (``python -m bench agencies``); exit 1 on a miss."""

import sys
from collections.abc import Sequence

from bench import agencies, draw, editions, log, navigator, pages, price, search, served

BENCHES = {
    "price": price.main,
    "search": search.main,
    "editions": editions.main,
    "navigator": navigator.main,
    "agencies": agencies.main,
    "log": log.main,
    "draw": draw.main,
    "pages": pages.main,
    "served": served.main,
}


def main(names: Sequence[str]) -> int:
    """Run the named ones, or all, one after the other."""
    unknown = sorted(set(names) - set(BENCHES))
    if unknown:
        print(f"No bench is called {', '.join(unknown)}; there are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    missed = 0
    for name in names or BENCHES:
        print(f"== {name}", flush=True)
        missed += BENCHES[name]()
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
