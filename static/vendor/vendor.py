"""Copy the front-end files named in package.json to NAME-VERSION/ and write vendor.lock.json.

Run by hand, in this folder, after a change of package.json: ``npm install --package-lock-only``, then
``npm ci --ignore-scripts --omit=optional``, then ``python vendor.py``. The copied files
are committed, so neither running nor testing the site needs Node.
"""

import base64
import hashlib
import json
import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent


def sha384(path: Path) -> str:
    """Return the file's hash in the form of a subresource-integrity attribute."""
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


def vendor() -> list[dict[str, str]]:
    """Copy every listed file and return the lock's rows; a version other than the exact one asked for is refused."""
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    rows = []
    for name, files in sorted(wanted["vendored"].items()):
        source = HERE / "node_modules" / name
        package = json.loads((source / "package.json").read_text(encoding="utf-8"))
        if package["version"] != wanted["dependencies"][name]:
            raise SystemExit(f"{name}: {package['version']} is installed, {wanted['dependencies'][name]} is asked for")
        for file in files:
            copy = HERE / f"{name}-{package['version']}" / Path(file).name
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(source / file, copy)
            facts = {"file": copy.relative_to(HERE).as_posix(), "version": package["version"]}
            rows.append({**facts, "sha384": sha384(copy), "licence": package["license"]})
    return rows


if __name__ == "__main__":
    (HERE / "vendor.lock.json").write_text(json.dumps(vendor(), indent=2) + "\n", encoding="utf-8")
