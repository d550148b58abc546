"""Sends one frame to a service, and wants it back. usage: ask_frame.py HOST:PORT"""

import socket
import sys
import time

FRAME = b"\0\0\0\5frame"
SECONDS = 20


def connect(address):
    """Until somebody listens there."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return socket.create_connection(address, SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    with connect((host, int(port))) as peer:
        peer.sendall(FRAME)
        peer.shutdown(socket.SHUT_WR)
        answer = peer.makefile("rb").read()
    print(f"sent {FRAME!r}, got {answer!r}")
    return 0 if answer == FRAME else 1


if __name__ == "__main__":
    sys.exit(main())
