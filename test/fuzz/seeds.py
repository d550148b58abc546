"""Writes each case of the HTTP corpus as a file, for a fuzzer to begin with.

usage: seeds.py NEW_FOLDER
"""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))

from compare import read_corpus  # noqa: E402  (the path comes first)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, (file, _, text) in enumerate(read_corpus()):
        (folder / f"corpus-{file}-{number}").write_bytes(text)


if __name__ == "__main__":
    main()
