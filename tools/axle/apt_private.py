# SPDX-License-Identifier: Apache-2.0
"""A private apt: its own sources, lists, cache and empty status, so that packages of another architecture or suite can
be fetched and unpacked without touching the system, and without being root. Signatures are checked with the
distribution's own keyring; the mirror and any proxy are those the system's apt uses.
"""
import os
import subprocess
import tarfile
from pathlib import Path

from . import term
from .errors import AxleError

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
DEBIAN_SUITES = ("bullseye", "bookworm", "trixie", "forky", "oldstable", "stable", "testing", "sid", "unstable")

CONFIG = """\
Dir "{dir}";
Dir::State "{dir}/state";
Dir::State::status "{dir}/status";
Dir::Cache "{dir}/cache";
Dir::Etc::sourcelist "{dir}/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferencesparts "-";
APT::Architecture "{arch}";
#clear APT::Architectures;
APT::Architectures {{ "{arch}"; }};
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
"""


def choose_mirror(lines):
    """The Debian mirror among `URI|SUITE|COMPONENT` lines of the system's apt, or None."""
    for line in lines:
        uri, suite, component = (line.split("|") + ["", ""])[:3]
        if component == "main" and suite in DEBIAN_SUITES:
            return uri
    return None


def system_mirror():
    own = os.environ.get("AXLE_MIRROR")
    if own:
        return own
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)|$(COMPONENT)", "Identifier: Packages"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        raise AxleError("apt-get is not here; guest images and libfdt are fetched with it (use Debian, or give your own "
                        "by `./axle image add` and AXLE_LIBFDT)") from None
    mirror = choose_mirror(told.splitlines())
    if not mirror:
        raise AxleError("the system's apt sources name no Debian mirror; set AXLE_MIRROR to one")
    return mirror


class PrivateApt:
    """apt for one architecture and suite, living in `folder`."""

    def __init__(self, folder, arch, suite):
        self.dir = Path(folder)
        self.arch = arch
        self.suite = suite
        self.config = self.dir / "apt.conf"

    def prepare(self):
        """Writes the configuration and fetches the package lists."""
        if not KEYRING.exists():
            raise AxleError(f"{KEYRING} is missing; install debian-archive-keyring")
        for sub in ("state/lists/partial", "cache/archives/partial"):
            (self.dir / sub).mkdir(parents=True, exist_ok=True)
        (self.dir / "status").touch()
        self.config.write_text(CONFIG.format(dir=self.dir, arch=self.arch))
        (self.dir / "sources.list").write_text(
            f"deb [arch={self.arch} signed-by={KEYRING}] {system_mirror()} {self.suite} main\n")
        with term.Progress(f"reading the package lists of {self.suite} {self.arch}", self.dir / "state"):
            self._apt("apt-get", "--error-on=any", "update")
        return self

    def resolve(self, meta):
        """The first dependency of a meta-package: the package that holds the files."""
        for line in self._apt("apt-cache", "depends", meta).splitlines():
            kind, _, name = line.strip().partition(": ")
            if kind == "Depends":
                return name.strip("<>")
        raise AxleError(f"package {meta} of {self.suite} {self.arch} depends on nothing")

    def version(self, package):
        for line in self._apt("apt-cache", "show", "--no-all-versions", package).splitlines():
            if line.startswith("Version: "):
                return line.removeprefix("Version: ")
        raise AxleError(f"{self.suite} {self.arch} has no package {package}")

    def download(self, package):
        """One package file, without its dependencies."""
        target = self.dir / "one"
        target.mkdir(exist_ok=True)
        known = set(target.iterdir())
        with term.Progress(f"downloading {package} ({self.suite} {self.arch})", target):
            self._apt("apt-get", "download", package, cwd=target)
        new = [path for path in target.iterdir() if path not in known]
        if len(new) != 1:
            raise AxleError(f"apt-get download {package} left {len(new)} files")
        return new[0]

    def download_all(self, packages):
        """Package files of `packages` and of everything they depend on."""
        archives = self.dir / "cache" / "archives"
        with term.Progress(f"downloading {' '.join(packages)} ({self.suite} {self.arch})", archives):
            self._apt("apt-get", "--yes", "--download-only", "install", *packages)
        return sorted(archives.glob("*.deb"))

    def _apt(self, program, *args, cwd=None):
        done = subprocess.run([program, "-c", str(self.config), "-q", *args], cwd=cwd, capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL, env=dict(os.environ, LC_ALL="C"))
        if done.returncode != 0:
            told = "\n".join(done.stderr.strip().splitlines()[-6:])
            raise AxleError(f"{program} {' '.join(args)} failed (no network?):\n{told}")
        return done.stdout


def unpack(package_file, folder):
    """All files of a package."""
    done = subprocess.run(["dpkg-deb", "-x", str(package_file), str(folder)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AxleError(f"cannot unpack {package_file}: {done.stderr.strip()}")


def extract(package_file, prefix, target):
    """Copies to `target` the first file of a package whose path begins with `prefix`, or with one of several."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package_file)], stdout=subprocess.PIPE) as dpkg:
        try:
            with tarfile.open(fileobj=dpkg.stdout, mode="r|") as tar:
                for member in tar:
                    if member.isfile() and member.name.removeprefix("./").startswith(prefix):
                        _copy(tar.extractfile(member), target)
                        return
        finally:
            dpkg.kill()
    raise AxleError(f"{Path(package_file).name} holds no {prefix}")


def _copy(source, target):
    with open(target, "wb") as out:
        while chunk := source.read(1 << 20):
            out.write(chunk)
