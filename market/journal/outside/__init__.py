"""Programs for outsiders, each one file that needs nothing of ours; the site offers them under /log/."""
