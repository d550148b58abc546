"""Interleaved slices: the unit in which two or more servers are compared."""

SUMMED = ("requests", "seconds", "server_cpu", "client_cpu")


def measure_block(servers, chance, measure):
    """One block: {role: result} for `servers`, {role: server}.

    Each server is measured twice, in a random order and then in the reverse of it, so that a drift
    within the block falls on all alike. `measure(server)` is one slice, what Load.run answers; a
    role's result is the sum of its two, with `rate` and `cpu_us`, the server's CPU microseconds per
    request.
    """
    order = chance.sample(list(servers), len(servers))
    sums = {role: dict.fromkeys(SUMMED, 0) for role in servers}
    for role in order + order[::-1]:
        result = measure(servers[role])
        for key in SUMMED:
            sums[role][key] += result[key]
    for result in sums.values():
        result["rate"] = result["requests"] / result["seconds"]
        result["cpu_us"] = result["server_cpu"] / result["requests"] * 1e6
    return sums
