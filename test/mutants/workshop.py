"""A copy of the tree and one build folder in it, where mutants are built one after the other."""

import os
import re
import shutil
import subprocess

# As test/run builds: warnings that g++ derives from guesses are no errors.
CPP_ARGS = ("-DEDGEWISE_DEBUG_CHECKS -Wno-error=array-bounds -Wno-error=maybe-uninitialized"
            " -Wno-error=stringop-overflow")
CLEAN_COMPILERS = ("12", "14")  # g++ and clang whose warnings are errors
LOG_LINES = 40


class Workshop:
    """Not for several threads. `folder` is made if it is not there, and kept."""

    def __init__(self, root, folder, target, jobs, options=()):
        self.root = root
        self.folder = folder
        self.tree = os.path.join(folder, "tree")
        self.build_folder = os.path.join(folder, "build")
        self.target = target
        self.jobs = jobs
        self.options = list(options)
        # Other folders' compilations are as good, wherever this one is.
        self.environment = dict(os.environ, CCACHE_BASEDIR=folder, CCACHE_NOHASHDIR="1")

    def copy(self):
        """Makes the copy like the checkout. What has not changed is not touched."""
        wanted = set(list_files(self.root))
        for name in wanted:
            with open(os.path.join(self.root, name), "rb") as file:
                content = file.read()
            place = os.path.join(self.tree, name)
            if os.path.isfile(place):
                with open(place, "rb") as file:
                    if file.read() == content:
                        continue
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(content)
            os.chmod(place, os.stat(os.path.join(self.root, name)).st_mode & 0o777)
        for name in set(list_files_by_walking(self.tree)) - wanted:
            os.remove(os.path.join(self.tree, name))

    def begin_with(self, build):
        """Instead of copy and configure, in a folder that is new: takes over what was compiled in
        `build`, a build folder within the checkout, so that only mutated files are compiled. Ninja
        goes by times and relative paths: the copies have the same, if the tree is as deep as the
        checkout. (Where it is not, more is compiled.) False: it cannot be taken over."""
        place = os.path.relpath(build, os.path.realpath(self.root))
        inputs = subprocess.run(["ninja", "-C", build, "-t", "inputs", *self.target.split()],
                                capture_output=True, text=True, check=False)
        if place.startswith(os.pardir) or place == os.curdir or inputs.returncode != 0:
            return False
        deeper = depth(self.root) - depth(self.folder)
        if deeper >= 0:
            self.tree = os.path.join(self.folder, *["tree"] * deeper)
        self.build_folder = os.path.join(self.tree, place)
        for name in list_files(self.root):
            copy_with_times(os.path.join(self.root, name), os.path.join(self.tree, name))
        self.link_subprojects()
        for name in [*inputs.stdout.splitlines(), *self.target.split(), ".ninja_log",
                     ".ninja_deps"]:
            source = os.path.join(build, name)
            if not name.startswith((os.pardir, os.sep)) and os.path.isfile(source):
                copy_with_times(source, os.path.join(self.build_folder, name))
        with open(os.path.join(build, "build.ninja"), encoding="utf-8") as file:
            rules = file.read()
        # Without the rule that configures anew: it would do so in the checkout.
        rules = re.sub(r"^build build\.ninja: .*\n(?: .*\n)*", "", rules, flags=re.MULTILINE)
        with open(os.path.join(self.build_folder, "build.ninja"), "w", encoding="utf-8") as file:
            file.write(rules)
        return True

    def link_subprojects(self):
        """What was downloaded is not tracked, but compiled from."""
        source = os.path.join(self.root, "subprojects")
        if not os.path.isdir(source):
            return
        os.makedirs(os.path.join(self.tree, "subprojects"), exist_ok=True)
        for name in os.listdir(source):
            link = os.path.join(self.tree, "subprojects", name)
            if not os.path.lexists(link):
                os.symlink(os.path.join(source, name), link)

    def configure(self):
        if os.path.exists(os.path.join(self.build_folder, "build.ninja")):
            return
        self.run(["meson", "setup", self.build_folder, self.tree, "--buildtype=debugoptimized",
                  "-Dbench=false", f"-Dcpp_args={CPP_ARGS}", f"-Dwerror={is_clean_compiler()}",
                  *self.options])

    def build(self):
        self.run(["ninja", "-C", self.build_folder, "-j", str(self.jobs), *self.target.split()])

    def run(self, command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", stdin=subprocess.DEVNULL, check=False,
                              env=self.environment)
        if done.returncode != 0:
            end = "\n".join(done.stdout.splitlines()[-LOG_LINES:])
            raise DoesNotBuild(f"{command[0]} failed:\n{end}")


class DoesNotBuild(Exception):
    pass


def depth(path):
    return os.path.realpath(path).count(os.sep)


def copy_with_times(source, place):
    os.makedirs(os.path.dirname(place), exist_ok=True)
    shutil.copy2(source, place)


def is_clean_compiler():
    compiler = os.environ.get("CXX", "c++").split()
    version = subprocess.run([*compiler, "-dumpversion"], capture_output=True, text=True,
                             check=False).stdout
    return "true" if version.strip().split(".")[0] in CLEAN_COMPILERS else "false"


def list_files(root):
    """What git tracks or would track; every file that is not hidden where git cannot say."""
    try:
        git = ["git", "-C", root, "-c", "safe.directory=*"]
        top = subprocess.run([*git, "rev-parse", "--show-toplevel"], capture_output=True,
                             check=True).stdout.decode().strip()
        listed = subprocess.run([*git, "ls-files", "-z", "--cached", "--others",
                                 "--exclude-standard"], capture_output=True, check=True).stdout
        if os.path.realpath(top) == os.path.realpath(root):
            return [name for name in set(listed.decode().split("\0"))
                    if name and os.path.isfile(os.path.join(root, name))]
    except (OSError, subprocess.CalledProcessError):
        pass
    return list_files_by_walking(root)


def list_files_by_walking(root):
    names = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders
                      if not re.match(r"build|__pycache__$|node_modules$|\.git$|\.cache$", name)]
        names += [os.path.relpath(os.path.join(folder, name), root) for name in files]
    return names
