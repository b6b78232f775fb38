"""The user that runs PostgreSQL, which must not be root: under root, the folder's owner or `nobody`."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_NOBODY: Final = 65534


@dataclass(frozen=True)
class Account:
    """The user that runs the server.

    Attributes:
        uid: User id.
        gid: Group id.
        as_root: This process is root and must switch to the account to run PostgreSQL.
        owns_folder: The account also owns the project folder, so that files created by root are given to it.
    """

    uid: int
    gid: int
    as_root: bool
    owns_folder: bool

    @classmethod
    def of(cls, folder: Path, data: Path) -> "Account":
        """Return the account for a folder and its data folder; both may not exist yet."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), as_root=False, owns_folder=True)
        owner = next(path for path in (folder, *folder.parents) if path.exists()).stat().st_uid
        if data.exists():
            status = data.stat()
            return cls(status.st_uid, status.st_gid, as_root=True, owns_folder=status.st_uid == owner)
        # initdb looks up the name of its user and fails if there is none.
        if owner != 0 and (entry := _entry(owner)):
            return cls(owner, entry.pw_gid, as_root=True, owns_folder=True)
        nobody = _entry("nobody")
        uid, gid = (nobody.pw_uid, nobody.pw_gid) if nobody else (_NOBODY, _NOBODY)
        return cls(uid, gid, as_root=True, owns_folder=False)

    def give_to_owner(self, path: Path) -> None:
        """Change the owner of a file to the folder's owner; the files of a server run by `nobody` stay root's."""
        if self.as_root and self.owns_folder:
            self.give(path)

    def give(self, path: Path) -> None:
        """Change the owner of a file or folder to the account."""
        if self.as_root:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def run(self, *command: str | Path, limit: float = 60, keep_fd: int | None = None, text: str = "") -> "Outcome":
        """Run a program as the account.

        Args:
            command: The program and its arguments.
            limit: Timeout in seconds.
            keep_fd: A file descriptor that the program inherits.
            text: The program's standard input.
        """
        try:
            done = subprocess.run(
                command,
                input=text,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=limit,
                check=False,
                pass_fds=() if keep_fd is None else (keep_fd,),
                **self.identity(),
            )
        except subprocess.TimeoutExpired:
            return Outcome(False, f"timeout after {limit:.0f} s")
        except OSError as error:
            return Outcome(False, f"{error.filename or command[0]}: {error.strerror}")
        return Outcome(done.returncode == 0, done.stdout.strip())

    def identity(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` that run a child as the account, with a minimal environment."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        if "LD_LIBRARY_PATH" in os.environ:
            environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
        identity: dict[str, Any] = {"cwd": "/", "env": environment}
        if self.as_root:
            identity |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return identity

    def reaches(self, folder: Path) -> bool:
        """Return whether the account can traverse the whole path to a folder."""
        return not self.as_root or self.run("test", "-x", folder).ok


@dataclass(frozen=True)
class Outcome:
    """The result of a program, and its output."""

    ok: bool
    output: str

    @property
    def end(self) -> str:
        """The last lines of the output."""
        return "\n".join(self.output.splitlines()[-6:])


def _entry(user: int | str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(user) if isinstance(user, int) else pwd.getpwnam(user)
    except KeyError:
        return None
