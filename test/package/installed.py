"""What `meson install` gives, put into a folder by itself: where everything is in it."""

import glob
import os
import re
import shutil
import subprocess


class Installed:
    """An installed tree below `root`. Its pkg-config files are moved there, as a packager would."""

    def __init__(self, build, root):
        shutil.rmtree(root, ignore_errors=True)
        run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root])
        self.root = root
        config = self.find("**/pkgconfig/edgewise.pc")
        self.pkgconfig = os.path.dirname(config)
        with open(config, encoding="utf-8") as file:
            prefix = re.search(r"^prefix=(.*)$", file.read(), re.MULTILINE).group(1)
        self.prefix = root + prefix
        self.lib = os.path.dirname(self.pkgconfig)
        self.include = os.path.dirname(self.find("**/edgewise.h"))
        for path in glob.glob(self.pkgconfig + "/*.pc"):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace(f"prefix={prefix}\n", f"prefix={self.prefix}\n"))

    def find(self, pattern):
        found = glob.glob(os.path.join(self.root, pattern), recursive=True)
        assert len(found) == 1, f"{pattern}: {found}"
        return found[0]

    def files(self):
        """Paths relative to the prefix."""
        return sorted(os.path.relpath(os.path.join(folder, name), self.prefix)
                      for folder, _, names in os.walk(self.root) for name in names)

    def headers(self):
        """As they are included."""
        return sorted(os.path.relpath(path, self.include)
                      for path in glob.glob(self.include + "/**/*.h", recursive=True))

    def has_shared(self):
        return os.path.exists(self.lib + "/libedgewise.so")

    def pkg_config(self, *arguments):
        return run(["pkg-config", *arguments], {"PKG_CONFIG_PATH": self.pkgconfig}).stdout.split()


def run(command, environment=None, **more):
    """Runs to its end; all that it said is in the AssertionError if that is a bad one."""
    done = subprocess.run(command, env={**os.environ, **(environment or {})}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **more)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}"
    return done
