"""The help: the pages of docs/users on the site, in the reader's language and found by the search."""
