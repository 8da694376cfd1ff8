"""Sends log records to a p2pdash reporter on the same machine.

    import logging
    from p2ploghandler import P2PLogHandler

    logging.getLogger().addHandler(P2PLogHandler("/run/p2pdash/log.sock"))

The handler never blocks and never raises. It sends a record at once. If the reporter does not take the record, because
its queue is full or because it is just being restarted, the record waits in memory, and a thread sends the waiting
records in order as soon as the reporter takes them. If more than `waiting_max` bytes would wait, the record is dropped
and counted, and a record of the handler's own says how many were dropped, at most once a second.

`flush()`, `close()` and the end of the program wait for the reporter, but only for a second. A forked child begins
without waiting records: its parent sends them.
"""

import collections
import errno
import json
import logging
import os
import select
import socket
import threading
import time
import weakref

__all__ = ["P2PLogHandler"]

MESSAGE_MAX = 64 * 1024  # bytes of UTF-8; the reporter cuts longer messages too
NAME_MAX = 256  # bytes of UTF-8
WAITING_MAX = 16 * 1024 * 1024  # bytes
FLUSH_S = 1  # how long flush() waits
LOSS_S = 1  # between two records that tell of dropped ones
AWAY_S = 0.1  # between two attempts to reach a reporter that is away
LEVELS = (
    (logging.CRITICAL, "CRITICAL"),
    (logging.ERROR, "ERROR"),
    (logging.WARNING, "WARNING"),
    (logging.INFO, "INFO"),
)


def _cut(text, limit):
    """The beginning of the text that fits into `limit` bytes of UTF-8; lone surrogates become question marks."""
    data = text.encode("utf-8", "replace")
    return data[:limit].decode("utf-8", "ignore") if len(data) > limit else data.decode("utf-8")


def _words(value, *ways):
    """The value as text, by the first of the functions `ways` that does not raise for it."""
    for way in ways:
        try:
            return way(value)
        except Exception:
            pass
    return object.__repr__(value)


class P2PLogHandler(logging.Handler):
    """A logging handler on the reporter's datagram socket, `[log NAME] source = socket` in its configuration."""

    def __init__(self, path="/run/p2pdash/log.sock", level=logging.NOTSET, waiting_max=WAITING_MAX):
        super().__init__(level)
        self.path = path
        self.waiting_max = waiting_max  # bytes
        self._socket = None
        self._forget()
        _handlers.add(self)

    def emit(self, record):
        try:
            self._put(self._entry(record))
            if self._thread and not self._socket:
                return  # the reporter is away, and the thread looks for it
            if not self._send_waiting():
                self._start_thread()
        except Exception:  # no log record is worth an exception in the program that logs it
            self.dropped += 1

    def flush(self):
        """Waits until all waiting records are sent, for a second at most. Returns whether they are."""
        with self.lock:
            self._told = -LOSS_S
            self._flushed = True
        return self._drain(time.monotonic() + FLUSH_S)

    def close(self):
        if not self._flushed:  # logging.shutdown() has called flush() just before
            self.flush()
        with self.lock:
            self._forget()
            self._disconnect()
        super().close()

    def _forget(self):
        self.dropped = 0  # dropped records that no record has told of yet
        self._told = -LOSS_S  # when a record last told of dropped ones
        self._waiting = collections.deque()
        self._waiting_bytes = 0
        self._flushed = True
        self._thread = None

    # --- what is sent ---

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
            # By the formatter that was set; the default one gives the message, the traceback and the stack.
            message = self.format(record)
        except Exception as error:  # the arguments do not fit the format, or the __str__ of one raises
            words = _words(record.msg, str, repr), _words(error, repr)
            message = "%s (the record could not be formatted: %s)" % words
        if len(message) <= MESSAGE_MAX // 4 or len(message.encode("utf-8", "replace")) <= MESSAGE_MAX:
            return _cut(message, MESSAGE_MAX)
        return _cut(message, MESSAGE_MAX - len("…[cut]".encode())) + "…[cut]"

    def _loss(self):
        return {
            "timestamp": self._time(time.time()),
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

    # --- the waiting records; called with the handler's lock held ---

    def _put(self, entry):
        data = self._encode(entry)
        if self._waiting and self._waiting_bytes + len(data) > self.waiting_max:
            self.dropped += 1
        else:
            self._tell_loss()
            self._append(data)

    def _tell_loss(self):
        """Appends a record that tells of dropped ones, if there are any and LOSS_S is over. Returns whether it did."""
        now = time.monotonic()
        if not self.dropped or now - self._told < LOSS_S:
            return False
        self._append(self._encode(self._loss()))
        self.dropped = 0
        self._told = now
        return True

    @staticmethod
    def _encode(entry):
        return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    def _append(self, data):
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        self._flushed = False

    def _send_waiting(self):
        """Sends records until the reporter takes no more. Returns whether nothing is left, not even to tell."""
        while self._waiting or self._tell_loss():
            data = self._waiting.popleft()  # before sending, because a signal handler may log in between
            if not self._send(data):
                self._waiting.appendleft(data)
                return False
            self._waiting_bytes -= len(data)
        return not self.dropped

    def _send(self, data):
        for _ in range(2):  # if the reporter was restarted since the last record, the first attempt fails
            try:
                self._connect()
                self._socket.send(data)
                return True
            except BlockingIOError:
                return False
            except OSError as error:
                if error.errno == errno.EMSGSIZE:  # no attempt will ever succeed
                    self.dropped += 1
                    return True
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

    # --- sending later ---

    def _start_thread(self):
        if self._thread is None:
            self._thread = threading.Thread(target=self._drain, name=__name__, daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # no more threads, or the interpreter ends: the next record or flush() sends them
                self._thread = None

    def _drain(self, deadline=float("inf")):
        """Sends waiting records as the reporter takes them, until the deadline. Returns whether nothing is left."""
        while True:
            with self.lock:
                if self._send_waiting():
                    if self._thread is threading.current_thread():
                        self._thread = None
                    return True
                full = self._socket.fileno() if self._socket and self._waiting else None
            left = min(deadline - time.monotonic(), 1)
            if left <= 0:
                return False
            if full is None:
                time.sleep(min(left, AWAY_S))
            else:
                poll = select.poll()
                poll.register(full, select.POLLOUT)
                poll.poll(left * 1000)


_handlers = weakref.WeakSet()


def _forget_in_child():
    """The thread exists only in the parent, which also sends the waiting records."""
    for handler in _handlers:
        handler._forget()


os.register_at_fork(after_in_child=_forget_in_child)
