"""The index behind its verbs (open, add, remove, find, rebuild); it knows no domain."""
