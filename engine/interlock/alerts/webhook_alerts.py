"""Posts events to a URL: no redirects, a time limit, and only its scheme, host and port are ever shown."""

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

__all__ = ["webhook_channel"]

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_ENOUGH = 400


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """A URL that takes events; its path, its query and the token are secret. `variable` names the environment variable
    of the token, if there is one."""

    url: str = field(repr=False)
    label: str
    name: str
    is_local: bool
    variable: str = ""
    token: str = field(default="", repr=False)

    def problem(self) -> str:
        if self.variable and not self.token:
            return f"the variable `{self.variable}` is not set"
        if not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            return f"the variable `{self.variable}` holds no token"
        return ""

    def deliver(self, lines: bytes) -> None:
        """Post them in a thread, because a name lookup and a slow answer have no time limit."""
        why = self.problem()
        if why:
            raise Undelivered(why)
        outcome: list[str] = []
        poster = threading.Thread(target=self._post_safely, args=(lines, outcome), daemon=True)
        poster.start()
        poster.join(EVENTS_SECONDS)
        if not outcome:
            raise Undelivered(_timed_out())
        if outcome[0]:
            raise Undelivered(outcome[0])

    def _post_safely(self, lines: bytes, outcome: list[str]) -> None:
        try:
            outcome.append(self._post(lines))
        except Exception as problem:  # a thread's exception would be lost, and its text may hold the URL
            outcome.append(f"it failed: {type(problem).__name__}")

    def _post(self, lines: bytes) -> str:
        """Return why they were not taken; empty if they were."""
        headers = {"Content-Type": "application/x-ndjson", "User-Agent": f"interlock/{__version__}"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = Request(self.url, data=lines, headers=headers, method="POST")  # noqa: S310  http and https only
        try:
            with _opener(self.is_local).open(request, timeout=EVENTS_SECONDS):
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
            return "its answer is not HTTP"


def webhook_channel(url: str, variable: str = "", token: str = "") -> WebhookChannel:
    """Return the channel of a URL, with the token of an environment variable.

    Raises UsageError, whose text does not hold the URL, for a malformed one.
    """
    parts = _parts(url)
    host, near = parts.hostname or "", (parts.hostname or "") in _LOOPBACK
    if variable and parts.scheme == "http" and not near:
        raise UsageError(
            "`--events-token-env`: a token is sent to an https URL only, where no one else can read it"
        )
    place = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{parts.port}' if parts.port else ''}"
    return WebhookChannel(url, f"`{place}`", f"url {place} {fingerprint(url)}", near, variable, token)


def _parts(url: str) -> SplitResult:
    def refused(why: str) -> UsageError:
        return UsageError(f"`--events-url`: {why}, as in `https://alerts.example/interlock`")

    if not url.isascii() or not url.isprintable() or " " in url:
        raise refused("a URL holds printable ASCII without blanks")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  reading it checks it
    except ValueError:
        raise refused("host and port cannot be read") from None
    if parts.scheme not in ("http", "https"):
        raise refused("it must begin with https:// or http://")
    if parts.username is not None or parts.password is not None:
        hint = "name a variable that holds a token with `--events-token-env`"
        raise UsageError(f"`--events-url`: it holds a name or a password, which others may read: {hint}")
    if not parts.hostname or parts.fragment:
        raise refused("it must name a host and no fragment")
    return parts


def _timed_out() -> str:
    return f"no answer within {EVENTS_SECONDS} s"


def _reason(problem: object) -> str:
    if isinstance(problem, TimeoutError):
        return _timed_out()
    if isinstance(problem, SSLCertVerificationError):
        return f"its certificate is not trusted: {problem.verify_message}"
    if isinstance(problem, SSLError):
        return "no secure connection could be made"
    if isinstance(problem, OSError) and problem.strerror:
        return system_reason(problem)
    return "the connection was lost"


def _opener(near: bool) -> OpenerDirector:
    """Return an opener that follows no redirects, and uses no proxy for this machine."""
    opener = OpenerDirector()
    proxies = ProxyHandler({}) if near else ProxyHandler()
    for handler in (proxies, HTTPHandler(), HTTPSHandler(), HTTPErrorProcessor(), HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    return opener
