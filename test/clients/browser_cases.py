"""A real browser: Chromium without a window, which prints the page as its scripts have left it."""

import os
import subprocess

from cases import case, check
from server import Server

ASSETS = 20  # of each page, of four kinds
SECONDS = 90

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>twenty assets</title>
<p id="result">loading</p>
<script>
const seen = {{}};
const count = (kind) => {{ seen[kind] = (seen[kind] || 0) + 1; }};
addEventListener("load", async () => {{
  const words = await Promise.all([...Array(5).keys()].map(
    (i) => fetch(`text-${{i}}.json`).then((answer) => answer.json()).then((value) => value.word)));
  seen.json = words.filter((word) => word === "Größe").length;
  seen.css = getComputedStyle(document.body).getPropertyValue("--loaded-4") ? 5 : 0;
  const echo = await fetch("/echo", {{method: "POST", body: "x".repeat(300000)}});
  seen.echo = (await echo.text()).length;
  document.getElementById("result").textContent = JSON.stringify(seen);
}});
</script>
{links}
</html>
"""


def write_page(folder):
    links = []
    for i in range(5):
        parts = {f"style-{i}.css": f"body {{ --loaded-{i}: yes }}", f"script-{i}.js": "count('js')",
                 f"text-{i}.json": '{"word": "Größe"}',
                 f"image-{i}.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'}
        for name, text in parts.items():
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        links += [f'<link rel="stylesheet" href="style-{i}.css">',
                  f'<script src="script-{i}.js"></script>',
                  f'<img src="image-{i}.svg" onload="count(\'svg\')" alt="">']
    with open(f"{folder}/index.html", "w", encoding="utf-8") as file:
        file.write(PAGE.format(links="\n".join(links)))


@case("a browser loads a page with twenty assets, and posts to it", seconds=120)
def page_with_assets(env):
    env.need("chromium")
    root = f"{env.folder}/site"
    os.mkdir(root)
    write_page(root)
    with Server(env, f"--root={root}") as server:
        shown = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--disable-background-networking", f"--user-data-dir={env.folder}/profile",
             "--virtual-time-budget=20000", "--dump-dom", server.url("http") + "/"],
            capture_output=True, check=False, timeout=SECONDS, text=True)
        expected = '{"js":5,"svg":5,"json":5,"css":5,"echo":300000}'
        check(f'<p id="result">{expected}</p>' in shown.stdout,
              f"{shown.stdout[:2000]}\n{shown.stderr[-1000:]}")
        counters = server.counters()
        check(counters["answers_2xx"] >= ASSETS + 2, counters)
        check(counters["connections_opened"] <= 12, "the browser's connections are kept")
        check(counters["malformed"] == 0, counters)
