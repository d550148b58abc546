"""Writes a text file as C++ that defines it: embed.py FILE NAME HEADER OUTPUT."""

import sys


def main():
    source, name, header, output = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        text = file.read()
    # One literal may not be longer than 64 KiB everywhere; neighbours are joined.
    pieces = [text[i:i + 4000] for i in range(0, len(text), 4000)]
    literals = "\n".join(f'R"EMBED({piece})EMBED"' for piece in pieces)
    with open(output, "w", encoding="utf-8") as file:
        file.write(f'#include "{header}"\n\nnamespace edgewise::wrk {{\n\n'
                   f"const std::string_view {name} =\n{literals};\n\n"
                   "}  // namespace edgewise::wrk\n")


if __name__ == "__main__":
    main()
