"""TLS in front of a PostgreSQL that speaks none: the embedded server's programs are built without OpenSSL.

The relay answers a client's SSLRequest as PostgreSQL does, shows the certificate, and hands the rest on as it is:
https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-SSL. So clients check a real server's certificate,
and what they log in to is a real server.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import trustme

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
GSS_REQUEST = struct.pack("!ii", 8, 80877104)


@dataclass
class TlsRelay:
    """The relay.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        encrypted: How many connections were handed on; none is without TLS.
    """

    listener: socket.socket
    server: tuple[str, int]
    context: ssl.SSLContext
    port: int = 0
    encrypted: int = 0
    threads: list[threading.Thread] = field(default_factory=list)

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.threads.append(threading.Thread(target=self._relay, args=(client,), daemon=True))
            self.threads[-1].start()

    def _relay(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            request = client.recv(8, socket.MSG_WAITALL)
            if request == GSS_REQUEST:
                client.sendall(b"N")
                request = client.recv(8, socket.MSG_WAITALL)
            if request != SSL_REQUEST:
                return
            client.sendall(b"S")
            with (
                self.context.wrap_socket(client, server_side=True) as secure,
                socket.create_connection(self.server) as behind,
            ):
                self.encrypted += 1
                back = threading.Thread(target=pump, args=(behind, secure), daemon=True)
                back.start()
                pump(secure, behind)
                back.join(10)


def pump(giver: socket.socket, taker: socket.socket) -> None:
    with suppress(OSError):
        while block := giver.recv(65536):
            taker.sendall(block)
    with suppress(OSError):
        taker.shutdown(socket.SHUT_WR)


@contextmanager
def tls_relay(
    server: tuple[str, int], certificate: trustme.LeafCert, clients: trustme.CA | None = None
) -> Iterator[TlsRelay]:
    """Run a relay to a server.

    Args:
        server: Host and port behind it.
        certificate: The one that it shows.
        clients: Who must have signed a client's certificate; None asks for none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        clients.configure_trust(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = TlsRelay(listener, server, context, listener.getsockname()[1])
        thread = threading.Thread(target=relay.serve, daemon=True)
        thread.start()
        yield relay
        # Closing alone does not wake a thread that waits in accept.
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
