"""Processor time per request and rate of all servers, as ratios to the raw floor.

All servers of a protocol are alive and pinned to one core; one is loaded at a time, in slices. In a
block each is loaded twice, in random order and then in the reverse of it. The floor is there twice:
what the second one's ratio shows is what the machine cannot tell apart.
"""

import contextlib

import finding  # noqa: F401
from report import progress
from servers import floor_recipe
from slices import measure_block
from stats import Ratio, median

BLOCKS_BETWEEN_RESTARTS = 5
CONNECTIONS = 64
FLOOR = "floor"
AGAIN = "floor again"


def seconds(recipes_of, arguments):
    servers = sum(len(recipes) + 1 for recipes in recipes_of.values())
    return servers * len(arguments.depths) * arguments.blocks * 2 * (arguments.slice + 0.17)


def _blocks(protocol, recipes, arguments, load, chance):
    blocks = {depth: [] for depth in arguments.depths}
    for first in range(0, arguments.blocks, BLOCKS_BETWEEN_RESTARTS):
        with contextlib.ExitStack() as stack:
            servers = {recipe.name: stack.enter_context(
                recipe.server(protocol, arguments.server_core)) for recipe in recipes}
            servers[AGAIN] = stack.enter_context(
                floor_recipe(arguments.build).server(protocol, arguments.server_core))
            for number in range(first, min(first + BLOCKS_BETWEEN_RESTARTS, arguments.blocks)):
                for depth in chance.sample(arguments.depths, len(arguments.depths)):
                    progress(f"cost: {protocol}, depth {depth}: block {number + 1} of "
                             f"{arguments.blocks}")
                    blocks[depth].append(measure_block(
                        servers, chance,
                        lambda one: load.slice(one, arguments.slice, CONNECTIONS, depth)))
    return blocks


def measure(recipes_of, arguments, load, chance):
    """A row for each protocol, depth and server. `recipes_of` is {protocol: [recipe]}."""
    rows = []
    for protocol, recipes in recipes_of.items():
        for depth, blocks in _blocks(protocol, recipes, arguments, load, chance).items():
            for name in blocks[0]:
                if name == FLOOR:
                    continue
                ratio = {key: Ratio([block[name][key] / block[FLOOR][key] for block in blocks],
                                    arguments.seed) for key in ("cpu_us", "rate")}
                rows.append({"protocol": protocol, "depth": depth, "name": name,
                             "cpu_ratio": ratio["cpu_us"].as_json(),
                             "rate_ratio": ratio["rate"].as_json(),
                             "cpu_us": median([block[name]["cpu_us"] for block in blocks]),
                             "floor_cpu_us": median([block[FLOOR]["cpu_us"] for block in blocks])})
    progress("")
    return rows
