"""Where the modules of the other folders are: imported for that, before any of them."""

import pathlib
import sys

BENCH = pathlib.Path(__file__).resolve().parents[1]
for folder in ("measure", "peers"):
    sys.path.insert(0, str(BENCH / folder))
