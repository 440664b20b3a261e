"""The intermediary-service supermarket: one closed, priced list and everything that follows from it.

One package per part of the trade. The import law: a package imports only from a lower floor, never from a sister and
never upward; inside a package rules <- models <- queries <- actions <- forms <- views. `pyproject.toml` has the
floors, `docs/architecture.md` explains them, and a guard test enforces them.
"""
