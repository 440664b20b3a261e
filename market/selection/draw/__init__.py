"""The verifiable draw of selections: the script that repeats it outside the site."""
