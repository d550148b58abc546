"""All servers that there are to compare for a protocol, in the order of the tables.

    for recipe in recipes("build", "http", foreign_folder="build/foreign"):
        with recipe.server("http", core=0) as server:
            ...  # server.url, server.pid
"""

import pathlib
import shlex
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "measure"))

from foreign import COMMANDS, ForeignRecipe, find_foreign  # noqa: E402
from servers import (MeasureError, Recipe, find_program, floor_recipe,  # noqa: E402
                     server_recipe)

LIBRARIES = ["libevent", "libuv", "asio", "beast", "libev"]


def recipes(build, protocol, foreign_folder=None):
    """Edgewise and the floor, which must be there, and all others that are."""
    found = [server_recipe(types.SimpleNamespace(server=None, build=build)), floor_recipe(build)]
    for library in LIBRARIES:
        try:
            program = find_program(build, f"peer-{library}-{protocol}")
        except MeasureError:
            continue  # the library was not there, or does not have this protocol
        found.append(Recipe(library, f"{shlex.quote(program)} 0"))
    if protocol == "http":
        for name in COMMANDS:
            foreign = find_foreign(name, foreign_folder)
            if foreign:
                found.append(ForeignRecipe(name, *foreign))
    return found
