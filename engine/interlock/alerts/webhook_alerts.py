"""Posts events to a URL: no redirects, a time limit, and of the URL only its host is ever shown."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.client import HTTPException
from ssl import SSLCertVerificationError, SSLError
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from .. import __version__
from ..errors import UsageError, system_reason
from ..limits import EVENTS_SECONDS
from .channel import Undelivered, fingerprint

__all__ = ["WebhookChannel", "webhook_channel"]

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_ENOUGH = 400


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """A URL that takes events; its path, its query and the token stay with us and the host. `variable` names what holds
    the token, where one is wanted."""

    url: str = field(repr=False)
    shown: str
    name: str
    near: bool
    variable: str = ""
    token: str = field(default="", repr=False)

    def obstacle(self) -> str:
        if self.variable and not self.token:
            return f"the variable `{self.variable}` is not set"
        if not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            return f"the variable `{self.variable}` holds no token"
        return ""

    def hand(self, lines: bytes) -> None:
        """Post them in a thread, since looking a name up and reading an answer may take as long as they like."""
        why = self.obstacle()
        if why:
            raise Undelivered(why)
        outcome: list[str] = []
        poster = threading.Thread(target=self._tried, args=(lines, outcome), daemon=True)
        poster.start()
        poster.join(EVENTS_SECONDS)
        if not outcome:
            raise Undelivered(_late())
        if outcome[0]:
            raise Undelivered(outcome[0])

    def _tried(self, lines: bytes, outcome: list[str]) -> None:
        try:
            outcome.append(self._posted(lines))
        except Exception as problem:  # nobody else would hear of it, and its text may hold the URL
            outcome.append(f"it failed: {type(problem).__name__}")

    def _posted(self, lines: bytes) -> str:
        """Return why they were not taken; empty where they were."""
        headers = {"Content-Type": "application/x-ndjson", "User-Agent": f"interlock/{__version__}"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(self.url, data=lines, headers=headers, method="POST")  # noqa: S310  http and https only
        try:
            with _opener(self.near).open(request, timeout=EVENTS_SECONDS):
                return ""
        except HTTPError as answer:
            answer.close()
            moved = ", and redirects are not followed" if 300 <= answer.code < _ENOUGH else ""
            return f"it answered {answer.code}{moved}"
        except URLError as problem:
            return _reason(problem.reason)
        except OSError as problem:
            return _reason(problem)
        except HTTPException:
            return "its answer is no HTTP"


def webhook_channel(url: str, variable: str = "", token: str = "") -> WebhookChannel:
    """Return the channel of a URL, with the token that a variable holds.

    Raises UsageError, without the URL, for one that cannot be meant.
    """
    parts = _parts(url)
    host, near = parts.hostname or "", (parts.hostname or "") in _LOOPBACK
    if variable and parts.scheme == "http" and not near:
        raise UsageError("`--events-token-env`: a token goes to an https URL only, nobody else is to read it")
    shown = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{parts.port}' if parts.port else ''}"
    return WebhookChannel(url, f"`{shown}`", f"url {shown} {fingerprint(url)}", near, variable, token)


def _parts(url: str) -> SplitResult:
    def refused(why: str) -> UsageError:
        return UsageError(f"`--events-url`: {why}, as in `https://alerts.example/interlock`")

    if not url.isascii() or not url.isprintable() or " " in url:
        raise refused("a URL has no blanks and plain letters only")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  it is checked when it is asked for
    except ValueError:
        raise refused("host and port cannot be read") from None
    if parts.scheme not in ("http", "https"):
        raise refused("it begins with https:// or http://")
    if parts.username is not None or parts.password is not None:
        hint = "name a variable that holds a token with `--events-token-env`"
        raise UsageError(f"`--events-url`: it holds a name or a password, which others may read: {hint}")
    if not parts.hostname or parts.fragment:
        raise refused("it names a host and no fragment")
    return parts


def _late() -> str:
    return f"no answer within {EVENTS_SECONDS} s"


def _reason(problem: object) -> str:
    if isinstance(problem, TimeoutError):
        return _late()
    if isinstance(problem, SSLCertVerificationError):
        return f"its certificate is not trusted: {problem.verify_message}"
    if isinstance(problem, SSLError):
        return "no secure connection comes about"
    if isinstance(problem, OSError) and problem.strerror:
        return system_reason(problem)
    return "the connection broke off"


def _opener(near: bool) -> OpenerDirector:
    """What opens URLs without following redirects; a host that is this machine needs no proxy."""
    opener = OpenerDirector()
    proxies = ProxyHandler({}) if near else ProxyHandler()
    for handler in (proxies, HTTPHandler(), HTTPSHandler(), HTTPErrorProcessor(), HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    return opener
