"""One result, one line."""


def told(name: str, value: float, limit: float) -> bool:
    """Print a result with its limit; whether the limit was missed."""
    missed = value > limit
    print(f"{name}: ratio {value:.2f} limit {limit:.2f} {'MISSED' if missed else 'ok'}", flush=True)
    return missed
