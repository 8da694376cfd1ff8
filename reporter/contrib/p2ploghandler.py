"""Sends log records to a p2pdash reporter on the same machine.

    import logging
    from p2ploghandler import P2PLogHandler

    logging.getLogger().addHandler(P2PLogHandler("/run/p2pdash/log.sock"))

The handler never blocks and never raises: what cannot be sent at once (no reporter, its queue full) is dropped and
counted, and the next record that gets through is preceded by one that tells how many were lost.
"""

import json
import logging
import socket
import time

__all__ = ["P2PLogHandler"]

MESSAGE_MAX = 64 * 1024  # bytes of UTF-8; the reporter cuts there too
NAME_MAX = 256
LEVELS = (
    (logging.CRITICAL, "CRITICAL"),
    (logging.ERROR, "ERROR"),
    (logging.WARNING, "WARNING"),
    (logging.INFO, "INFO"),
)


def _cut(text, limit):
    """The text within so many bytes of UTF-8, without what no encoding can hold."""
    data = text.encode("utf-8", "replace")
    return data[:limit].decode("utf-8", "ignore") if len(data) > limit else data.decode("utf-8")


class P2PLogHandler(logging.Handler):
    """A logging handler on the reporter's datagram socket, `[log NAME] source = socket` in its configuration."""

    def __init__(self, path="/run/p2pdash/log.sock", level=logging.NOTSET):
        super().__init__(level)
        self.path = path
        self.dropped = 0  # records lost since the last one that got through
        self._socket = None

    def emit(self, record):
        try:
            entry = self._entry(record)
            if self.dropped and self._send(self._loss(entry)):
                self.dropped = 0
            if not self._send(entry):
                self.dropped += 1
        except Exception:  # a log line is never worth the program that writes it
            self.dropped += 1

    def close(self):
        self.acquire()
        try:
            self._disconnect()
        finally:
            self.release()
        super().close()

    def _entry(self, record):
        return {
            "timestamp": self._time(record.created),
            "level": self._level(record.levelno),
            "logger_name": _cut(record.name, NAME_MAX),
            "message": self._message(record),
            "module": _cut(record.module or "", NAME_MAX),
            "funcName": _cut(record.funcName or "", NAME_MAX),
            "lineno": record.lineno or 0,
        }

    def _message(self, record):
        try:
            # A formatter that was set decides; the usual one adds only the traceback and the stack.
            message = self.format(record)
        except Exception as error:  # wrong arguments for the format, an argument whose __str__ fails
            message = "%s (the record could not be formatted: %r)" % (record.msg, error)
        if len(message) <= MESSAGE_MAX // 4 or len(message.encode("utf-8", "replace")) <= MESSAGE_MAX:
            return _cut(message, MESSAGE_MAX)
        return _cut(message, MESSAGE_MAX - len("…[cut]".encode())) + "…[cut]"

    def _loss(self, entry):
        return {
            "timestamp": entry["timestamp"],
            "level": "WARNING",
            "logger_name": __name__,
            "message": "%d log records were dropped: the reporter was away or busy" % self.dropped,
            "module": __name__,
            "funcName": "emit",
            "lineno": 0,
        }

    @staticmethod
    def _time(created):
        milliseconds = int(created * 1000)
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000)) + ".%03dZ" % (milliseconds % 1000)

    @staticmethod
    def _level(number):
        return next((name for least, name in LEVELS if number >= least), "DEBUG")

    def _send(self, entry):
        data = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        for _ in range(2):  # the reporter may have been started again since the last record
            try:
                self._connect()
                self._socket.send(data)
                return True
            except BlockingIOError:
                return False
            except OSError:
                self._disconnect()
        return False

    def _connect(self):
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * MESSAGE_MAX)
            self._socket.connect(self.path)

    def _disconnect(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None
