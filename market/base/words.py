"""Words that people see: registries of refusal sentences and of labels, in English, the source language.

A domain registers its words beside its rules; the doors translate them. Nothing here knows a locale.
"""

SENTENCES: dict[str, str] = {}
LABELS: dict[str, str] = {}


def N_(text: str) -> str:
    """Mark `text` for translation without translating it."""
    return text


def register_sentences(sentences: dict[str, str]) -> None:
    """Add refusal sentences by code; a sentence says what, why and what to do next, with {facts} in braces."""
    _register(SENTENCES, sentences)


def register_labels(labels: dict[str, str]) -> None:
    """Add labels of stored values, keyed `<column>.<value>`."""
    _register(LABELS, labels)


def _register(registry: dict[str, str], words: dict[str, str]) -> None:
    for key, text in words.items():
        if registry.get(key, text) != text:
            raise ValueError(f"two different texts for {key}")
        registry[key] = text
