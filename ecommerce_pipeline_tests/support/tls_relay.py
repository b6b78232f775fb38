"""TLS for the embedded PostgreSQL, whose programs are built without OpenSSL.

The relay responds to a client's SSLRequest like PostgreSQL, presents the certificate, and forwards everything else:
https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-SSL. So clients check a certificate
and log in to a real server.
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
        port: Its port on 127.0.0.1.
        encrypted: The number of connections forwarded, all of them with TLS.
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


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65536):
            target.sendall(block)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def tls_relay(
    server: tuple[str, int], certificate: trustme.LeafCert, clients: trustme.CA | None = None
) -> Iterator[TlsRelay]:
    """Run a relay to a server.

    Args:
        server: Host and port of the server.
        certificate: The certificate of the relay.
        clients: The authority of required client certificates; by default none are required.
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
