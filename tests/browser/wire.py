"""The line between a browser and the server: it counts what goes to the server, and can be cut in the middle of it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CHUNK = 2**16


class Wire:
    """`sent` bytes have gone to the server; with `cut_after` set, the line breaks once so many more have."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self.cuts = 0
        self._left: int | None = None
        self._down = False
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count: int) -> None:
        with self._lock:
            self._left = count

    def mend(self) -> None:
        with self._lock:
            self._down, self._left = False, None

    def close(self) -> None:
        self._listener.close()
        self._break()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._down:
                client.close()
                continue
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._server_port))
        except OSError:
            client.close()
            return
        with self._lock:
            self._open |= {client, server}
        threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()
        self._pump(client, server, True)

    def _pump(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while piece := source.recv(CHUNK):
                if counted and not self._may_pass(len(piece)):
                    self._break()
                    return
                target.sendall(piece)
        except OSError:
            pass
        finally:
            for end in (source, target):
                _hang_up(end)

    def _may_pass(self, count: int) -> bool:
        with self._lock:
            if self._down:
                return False
            if self._left is not None:
                self._left -= count
                if self._left < 0:
                    self._down, self.cuts = True, self.cuts + 1
                    return False
            self.sent += count
            return True

    def _break(self) -> None:
        with self._lock:
            self._down = True
            ends, self._open = self._open, set()
        for end in ends:
            _hang_up(end)


def _hang_up(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    wire = Wire(port)
    try:
        yield wire
    finally:
        wire.close()
