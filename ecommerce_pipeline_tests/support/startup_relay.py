"""A relay in front of PostgreSQL that reads start-up packets, and rejects parameters as PgBouncer does.

https://www.pgbouncer.org/config.html#ignore_startup_parameters lists what PgBouncer accepts.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from ecommerce_pipeline_tests.support.tls_relay import GSS_REQUEST, SSL_REQUEST, pump

ACCEPTED = frozenset(
    {"user", "database", "application_name", "client_encoding", "datestyle", "timezone", "standard_conforming_strings"}
)


@dataclass
class StartupRelay:
    """The relay.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        on_startup: Called with the parameters of each start-up packet, while the client waits for an answer.
    """

    listener: socket.socket
    server: tuple[str, int]
    on_startup: Callable[[dict[str, str]], object]
    port: int = 0

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head = client.recv(8, socket.MSG_WAITALL)
            while head in {SSL_REQUEST, GSS_REQUEST}:
                client.sendall(b"N")
                head = client.recv(8, socket.MSG_WAITALL)
            if len(head) < 8:
                return
            body = client.recv(struct.unpack("!i", head[:4])[0] - 8, socket.MSG_WAITALL)
            words = [word.decode() for word in body.split(b"\0")]
            parameters = {name: value for name, value in zip(words[::2], words[1::2], strict=False) if name}
            self.on_startup(parameters)
            for name in parameters:
                if name.lower() not in ACCEPTED:
                    message = f"SFATAL\0C08P01\0Munsupported startup parameter: {name}\0\0".encode()
                    client.sendall(b"E" + struct.pack("!i", len(message) + 4) + message)
                    return
            with socket.create_connection(self.server) as behind:
                behind.sendall(head + body)
                back = threading.Thread(target=pump, args=(behind, client), daemon=True)
                back.start()
                pump(client, behind)
                back.join(10)


@contextmanager
def startup_relay(server: tuple[str, int], on_startup: Callable[[dict[str, str]], object]) -> Iterator[StartupRelay]:
    """Run a relay to a server, host and port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = StartupRelay(listener, server, on_startup, listener.getsockname()[1])
        thread = threading.Thread(target=relay.serve, daemon=True)
        thread.start()
        yield relay
        # Closing alone does not wake a thread that waits in accept.
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
