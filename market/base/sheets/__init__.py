"""Sheets that people fill in: read safely, every cell with its address, marked where it is bad, written again.

What is in the columns is each domain's own; nothing here knows a table of the database.
"""
