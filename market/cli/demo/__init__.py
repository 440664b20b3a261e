"""The demo city: a believable, unmistakably fictitious city that lived for two years.

Everything goes through the same actions as the pages, with the clock moved; the same seed and day make the same city.
"""

from market.cli.demo.command import demo

__all__ = ["demo"]
