"""Chromium without a window, driven by its own protocol over a pipe: no driver is needed.

    with Browser(folder) as browser:
        page = browser.open("file:///...")     # complains are in page.complaints
        browser.look_like("dark", 390)
        browser.evaluate("document.title")

Threading: one. It waits for each answer, at most SECONDS.
"""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import time

SECONDS = 60
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--hide-scrollbars", "--remote-debugging-pipe"]


class BrowserError(Exception):
    """It does not answer, or answered that it cannot."""


class Browser:
    def __init__(self, folder, program="chromium"):
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        self._rest = b""
        self._number = 0
        self._session = None
        self.events = []  # since the last page was opened

        def as_three_and_four():
            read, write = os.dup(to_browser), os.dup(from_browser)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self._process = subprocess.Popen(
            [shutil.which(program) or program, *FLAGS, f"--user-data-dir={folder}/profile"],
            preexec_fn=as_three_and_four, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)

    def __enter__(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target,
                                  flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        os.close(self._out)
        os.close(self._in)
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()

    def call(self, method, **parameters):
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        answer = self._await(lambda message: message.get("id") == number, method)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']}")
        return answer.get("result", {})

    def _await(self, wanted, what):
        deadline = time.monotonic() + SECONDS
        while True:
            while b"\0" not in self._rest:
                ready, _, _ = select.select([self._in], [], [], deadline - time.monotonic())
                part = os.read(self._in, 1 << 20) if ready else b""
                if not part:
                    raise BrowserError(f"no answer to {what}")
                self._rest += part
            line, _, self._rest = self._rest.partition(b"\0")
            message = json.loads(line)
            if "method" in message:
                self.events.append(message)
            if wanted(message):
                return message

    def open(self, url):
        """Answers what went wrong and what was asked for: ([complaint], [url])."""
        self.events = []
        failure = self.call("Page.navigate", url=url).get("errorText")
        if failure:
            raise BrowserError(f"{url}: {failure}")
        if not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._await(lambda event: event.get("method") == "Page.loadEventFired", url)
        self.evaluate("0")  # what was complained of meanwhile has arrived after this
        complaints, asked = [], []
        for event in self.events:
            method, said = event["method"], event["params"]
            if method == "Runtime.exceptionThrown":
                complaints.append(said["exceptionDetails"].get("text", "an exception"))
            elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning"):
                complaints.append(str([one.get("value") for one in said["args"]]))
            elif method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
                complaints.append(said["entry"]["text"] + " " + said["entry"].get("url", ""))
            elif method == "Network.requestWillBeSent":
                asked.append(said["request"]["url"])
        return complaints, asked

    def look_like(self, scheme, width, height=900, scale=1):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=scale, mobile=width < 600)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def screenshot(self, path, whole=True):
        """A PNG of what is seen, or of the whole page."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
