"""Waiting for something to become true, with a deadline: the only place here that sleeps."""

import time


def wait_until(condition, what, seconds=10.0, interval=0.005):
    """Answers the first true value of `condition()`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(interval)


def pause(seconds):
    """For a client whose slowness is the point of the test."""
    time.sleep(seconds)
