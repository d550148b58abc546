"""What edgewise-micro measures, how each cost may grow, and why.

A family is one kind of operation at several sizes. Its figure is the cost of one operation, which
in most families must not depend on the size at all. `bound` is what the largest step upwards, from
any size to any larger one, may be as a factor of instructions; they are the same in each run, so
1.1 is meant as it stands. `cache` is what time may grow by beyond that: a million objects that are
visited in no order do not fit in the caches, which no algorithm can change.
"""

import dataclasses

NOISE = 2.0  # of time on a shared machine


@dataclasses.dataclass(frozen=True)
class Family:
    name: str
    order: str
    bound: float
    why: str
    cache: float = NOISE

    def time_bound(self):
        return self.bound * self.cache


MEMORY = 12.0  # each operation misses the caches; the largest seen was 6

FAMILIES = [
    Family("round/ready", "O(1)", 1.1, "one link, one call, for each handler"),
    Family("round/idle", "O(1)", 1.02, "a round does not look at handlers that are silent"),
    Family("round/bulk", "O(1)", 1.02, "a slice of one, however many stand in the queue"),
    Family("queue/link-pop", "O(1)", 1.1, "an intrusive list"),
    Family("queue/link-unlink", "O(1)", 1.1, "an intrusive list"),

    Family("table/find", "O(1)", 1.1, "descriptors are a perfect hash", MEMORY),
    Family("table/find-nobody", "O(1)", 1.1, "likewise", MEMORY),
    Family("table/insert", "O(1)", 1.5, "from the 65th on, each insertion splits a bucket", MEMORY),
    Family("table/erase", "O(1)", 1.1, "likewise; malloc's lists differ a little", MEMORY),

    Family("timer/arm", "O(1)", 1.1, "two digits tell the slot", MEMORY),
    Family("timer/cancel", "O(1)", 1.02, "unlinks itself", MEMORY),
    Family("timer/move", "O(1)", 1.1, "both of these", MEMORY),
    Family("timer/next-wake", "O(1)", 1.1, "two bit scans", MEMORY),
    Family("timer/expire", "O(log64 n), at most 11 moves", 1.6,
           "a thousand times as many in a minute stand close, so each moves 1.7 levels more",
           MEMORY),
    Family("timer/expire-late", "O(log64 n), at most 11 moves", 1.6, "likewise", MEMORY),
    Family("timer/expire-together", "O(1)", 1.1, "one slot, emptied in slices", MEMORY),

    Family("post/mailbox", "O(1) amortised", 1.1, "a vector that is swapped"),
    Family("post/reactor", "O(1) amortised", 1.1, "likewise, 256 tasks in a round"),

    Family("raw/frames", "O(1)", 1.1, "no framing"),
    Family("raw/bytes", "O(1) for a byte", 1.1, "a piece is a frame"),
    Family("length-prefixed/frames", "O(1)", 1.1, "what stands behind a frame is not looked at"),
    Family("length-prefixed/bytes", "O(1) for a byte", 1.1, "only the prefix is looked at"),
    Family("lines/frames", "O(1)", 1.1, "what stands behind a line is not looked at"),
    Family("lines/bytes", "O(1) for a byte", 1.1, "each byte is searched once"),
    Family("lines/drip", "O(1) for a byte", 1.1, "likewise, however slowly it comes"),

    Family("http1/small-get", "O(1)", 1.1, "what stands behind a request is not looked at"),
    Family("http1/browser-get", "O(1)", 1.1, "likewise", 3.0),
    Family("http1/chunked-post", "O(1)", 1.1, "likewise"),
    Family("http1/header-lines", "O(1) for a line", 1.1, "each line is parsed once"),
    Family("http1/head-drip", "O(1) for a byte", 1.1, "each byte is searched once"),
    Family("http1/line-drip", "O(1) for a byte", 1.1, "likewise"),
    Family("http1/body-bytes", "O(1) for a byte", 1.1, "a piece is handed on as it is"),
    Family("http1/chunks", "O(1) for a chunk", 1.1, "each byte of the framing is looked at once"),
    Family("responses/small", "O(1)", 1.1, "what stands behind a response is not looked at"),
    Family("responses/chunked", "O(1)", 1.1, "likewise"),
    Family("responses/header-lines", "O(1) for a line", 1.1, "each line is looked at once"),
    Family("responses/head-drip", "O(1) for a byte", 1.1, "each byte is searched once"),
    Family("responses/body-bytes", "O(1) for a byte", 1.1, "a piece is handed on as it is"),
    Family("responses/chunks", "O(1) for a chunk", 1.1,
           "each byte of the framing is looked at once"),

    Family("connection/turns", "O(1)", 1.1, "no connection looks at another"),
    Family("connection/frame-bytes", "O(1) for a byte", 1.5,
           "up to 8 KiB a piece is copied with what is carried; beyond, a buffer doubles"),
    Family("connection/frame-drip", "O(1) for a byte", 3.0,
           "each byte costs two copies of what is carried, which is at most 8 KiB"),
    Family("connection/held-frames", "O(1)", 1.5,
           "what waits behind a frame is not touched"),
]
