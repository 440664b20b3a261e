"""Read for pages that show many domains at once. Plain rows, a fixed number of queries whatever the number of rows."""
