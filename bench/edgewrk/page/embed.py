"""Writes the pages as C++ that defines their texts.

usage: embed.py FOLDER OUTPUT NAME...     (kNamePage is frame.html with plots.js and name.js)
"""

import pathlib
import sys

PLACE = "// THE SCRIPTS\n"
PIECE = 4000  # one literal may not be longer than 64 KiB everywhere; neighbours are joined


def page(folder, name):
    frame, plots, script = (pathlib.Path(folder, file).read_text(encoding="utf-8")
                            for file in ("frame.html", "plots.js", f"{name}.js"))
    assert frame.count(PLACE) == 1, "frame.html has a place for the scripts"
    text = frame.replace(PLACE, plots + "\n" + script)
    assert text.count('"THE RUN"') == 1, "there is a place for the run"
    return text


def main():
    folder, output, *names = sys.argv[1:]
    definitions = []
    for name in names:
        text = page(folder, name)
        literals = "\n".join(f'R"EMBED({text[i:i + PIECE]})EMBED"'
                             for i in range(0, len(text), PIECE))
        definitions.append(f"const std::string_view k{name.capitalize()}Page =\n{literals};\n")
    with open(output, "w", encoding="utf-8") as file:
        file.write('#include "bench/edgewrk/page_texts.h"\n\nnamespace edgewise::wrk {\n\n'
                   + "\n".join(definitions) + "\n}  // namespace edgewise::wrk\n")


if __name__ == "__main__":
    main()
