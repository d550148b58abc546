"""The pages that edgewrk writes, in a real browser."""

import html.parser
import os
import re
import subprocess

from cases import case, check
from edgewrk_cases import load
from server import Server


class References(html.parser.HTMLParser):
    """Whatever a page asks for from elsewhere."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "href", "action")]


def shown(env, page):
    """What the browser made of the page, which must be one file, without its scripts."""
    with open(page, encoding="utf-8") as file:
        text = file.read()
    references = References()
    references.feed(text)
    check(references.found == [], references.found)
    check("url(" not in text and "@import" not in text, "style asks for nothing")
    check(os.path.getsize(page) < 200_000, os.path.getsize(page))
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", f"--user-data-dir={env.folder}/profile", "--dump-dom",
         f"file://{page}"], capture_output=True, check=False, timeout=90, text=True).stdout
    dom = done[:done.index("<script>")]
    for wrong in ("NaN", "undefined", "Infinity", "<b>/"):
        check(wrong not in dom, f"{wrong} in {dom[:3000]}")
    return dom


def curves(dom, least):
    """The curves of its plots, each with at least so many points, all within the picture."""
    found = re.findall(r'<path[^>]* d="M([^"]*)"', dom)
    for curve in found:
        numbers = [float(word) for word in re.split("[ L]", curve)]
        check(len(numbers) >= 2 * least, curve)
        check(all(-1 <= number <= 1031 for number in numbers), curve)
    return len(found)


def in_html(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@case("edgewrk's page of a run shows its pictures in a browser, and asks nothing from elsewhere",
      seconds=120)
def of_a_run(env):
    env.need("chromium")
    page = f"{env.folder}/report.html"
    with Server(env) as server:
        # A path that would end the script, if it were let.
        url = server.url("http") + "/plaintext?</script><b>"
        for arguments in ([], ["-R500", "--beside", "half-close:2"]):
            run, _ = load(env, url, "--report", page, *arguments)
            dom = shown(env, page)
            check(dom.count("<svg") == 3, dom[:3000])
            check(curves(dom, 5) == (7 if arguments else 5), dom[:3000])
            check(in_html(run["plan"]["url"]) in dom, dom[:500])
            answered = f'{run["requests"]["answered"]:,}'
            check(f"<td>{answered}</td>" in dom, f"{answered} in {dom[:3000]}")
            check(("Beside: half-close:2" in dom) == bool(arguments), dom)


@case("edgewrk's page of a sweep shows the latency by rate and the knee", seconds=120)
def of_a_sweep(env):
    env.need("chromium")
    page = f"{env.folder}/sweep.html"
    with Server(env) as server:
        sweep, _ = load(env, server.url("http") + "/plaintext?</script><b>", "--sweep", "-d50ms",
                        "--report", page)
    dom = shown(env, page)
    check(dom.count("<svg") == 1 and curves(dom, 10) == 3, dom[:3000])
    check(in_html(sweep["url"]) in dom, dom[:500])
    check(dom.count(" a second</td>") == len(sweep["steps"]), dom)
    check(">knee</text>" in dom, dom)


@case("edgewrk's page of two servers shows the ratios with their intervals", seconds=120)
def of_two_servers(env):
    env.need("chromium")
    page = f"{env.folder}/versus.html"
    # Under a sanitizer the threads of a slice alone take tens of milliseconds to begin.
    slice_time = "-d250ms" if env.sanitized else "-d50ms"
    with Server(env) as one, Server(env) as other:
        url, other_url = (server.url("http") + "/plaintext?</script><b>" for server in (one, other))
        versus, _ = load(env, url, "--vs", other_url, "--blocks", "12", slice_time, "--server-pid",
                         str(one.process.pid), "--vs-pid", str(other.process.pid), "--report", page)
    dom = shown(env, page)
    check(dom.count("<svg") == 2 and curves(dom, 4) == 2, dom[:3000])
    check(dom.count("<circle") == 2 * len(versus["metrics"]) == 8, dom)
    check("A " + in_html(versus["a"]) in dom and "B " + in_html(versus["b"]) in dom, dom[:800])
