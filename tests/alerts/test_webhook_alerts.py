"""Webhooks: what is posted, which answers count as taken, and no secret is shown."""

from __future__ import annotations

import socket

import pytest

from interlock import __version__
from interlock.alerts import webhook_alerts
from interlock.alerts.channel import Undelivered
from interlock.alerts.webhook_alerts import webhook_channel
from interlock.errors import UsageError
from support.receiver import Receiver

LINES = b'{"entry":1}\n{"entry":2}\n'


def refused(receiver: Receiver, token: str = "") -> str:
    with pytest.raises(Undelivered) as problem:
        webhook_channel(receiver.url, "TOKEN" if token else "", token).deliver(LINES)
    return str(problem.value)


def test_events_are_posted_as_lines_with_the_token(receiver: Receiver) -> None:
    webhook_channel(receiver.url, "TOKEN", "t0ken").deliver(LINES)
    ((path, headers, body),) = receiver.requests
    assert (path, body) == ("/hook?key=s3cret", LINES)
    wanted = {"Content-Type": "application/x-ndjson", "User-Agent": f"interlock/{__version__}"}
    assert {name: headers[name] for name in wanted} == wanted
    assert headers["Authorization"] == "Bearer t0ken"


def test_without_a_token_none_is_sent(receiver: Receiver) -> None:
    webhook_channel(receiver.url).deliver(LINES)
    assert "Authorization" not in receiver.requests[0][1]


@pytest.mark.parametrize(
    ("status", "why"),
    [(204, ""), (400, "it answered 400"), (503, "it answered 503"), (0, "its answer is not HTTP")],
)
def test_only_a_success_counts(receiver: Receiver, status: int, why: str) -> None:
    receiver.status = status
    if why:
        assert refused(receiver) == why
    else:
        webhook_channel(receiver.url).deliver(LINES)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed_not_even_to_the_same_host(receiver: Receiver, status: int) -> None:
    receiver.status, receiver.place = status, f"http://127.0.0.1:{receiver.port}/elsewhere"
    assert refused(receiver, "t0ken") == f"it answered {status}, and redirects are not followed"
    assert [path for path, _, _ in receiver.requests] == ["/hook?key=s3cret"]


def test_a_slow_host_is_not_waited_for(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_alerts, "EVENTS_SECONDS", 0.2)
    receiver.slow = True
    assert refused(receiver) == "no answer within 0.2 s"


def test_a_lost_connection_is_reported(receiver: Receiver) -> None:
    receiver.slow = True
    receiver.wait.set()
    assert refused(receiver) == "the connection was lost"


def test_a_missing_host_is_reported_with_the_error_of_the_system() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        receiver = Receiver(taken.getsockname()[1])
        assert refused(receiver) == "connection refused"


def test_a_host_without_tls_is_reported(receiver: Receiver) -> None:
    with pytest.raises(Undelivered) as problem:
        webhook_channel(receiver.url.replace("http:", "https:")).deliver(LINES)
    assert str(problem.value) == "no secure connection could be made"


def test_a_proxy_is_not_asked_for_this_machine(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    webhook_channel(receiver.url).deliver(LINES)
    assert len(receiver.requests) == 1


def test_a_bug_of_ours_is_no_traceback_and_tells_no_secret(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(near: bool) -> None:
        raise ValueError("s3cret")

    monkeypatch.setattr(webhook_alerts, "_opener", broken)
    assert refused(receiver) == "it failed: ValueError"


def test_of_a_url_only_scheme_host_and_port_are_shown() -> None:
    channel = webhook_channel("https://alerts.example:8443/services/T0/s3cret?key=s3cret", "TOKEN", "t0ken")
    assert channel.label == "`https://alerts.example:8443`"
    assert channel.name == "url https://alerts.example:8443 34843fcb7caf4495"
    assert "s3cret" not in repr(channel) and "t0ken" not in repr(channel)
    assert webhook_channel("http://[::1]:80/").label == "`http://[::1]:80`"


def test_another_token_is_the_same_channel_and_another_path_is_not() -> None:
    names = [
        webhook_channel(f"https://alerts.example/{path}", "TOKEN", token).name
        for path, token in (("a", "1"), ("a", "2"), ("b", "1"))
    ]
    assert (names[0] == names[1], names[0] == names[2]) == (True, False)


AS_IN = ", as in `https://alerts.example/interlock`"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://alerts.example/s3cret", f"`--events-url`: it must begin with https:// or http://{AS_IN}"),
        ("file:///etc/s3cret", f"`--events-url`: it must begin with https:// or http://{AS_IN}"),
        ("alerts.example/s3cret", f"`--events-url`: it must begin with https:// or http://{AS_IN}"),
        ("", f"`--events-url`: it must begin with https:// or http://{AS_IN}"),
        ("https:///s3cret", f"`--events-url`: it must name a host and no fragment{AS_IN}"),
        ("https://alerts.example/#s3cret", f"`--events-url`: it must name a host and no fragment{AS_IN}"),
        ("https://a.example:s3cret/", f"`--events-url`: host and port cannot be read{AS_IN}"),
        ("https://[s3cret/", f"`--events-url`: host and port cannot be read{AS_IN}"),
        ("https://a.example/s3 cret", f"`--events-url`: a URL holds printable ASCII without blanks{AS_IN}"),
        (
            "https://a.example/\r\nX: s3cret",
            f"`--events-url`: a URL holds printable ASCII without blanks{AS_IN}",
        ),
        (
            "https://desk:s3cret@alerts.example/",
            "`--events-url`: it holds a name or a password, which others may read: name a variable that holds a token "
            "with `--events-token-env`",
        ),
    ],
)
def test_a_malformed_url_is_refused_and_not_shown(url: str, why: str) -> None:
    with pytest.raises(UsageError) as problem:
        webhook_channel(url)
    assert str(problem.value) == why


def test_a_token_is_never_sent_unencrypted() -> None:
    with pytest.raises(UsageError) as problem:
        webhook_channel("http://alerts.example/", "TOKEN", "t0ken")
    assert (
        str(problem.value)
        == "`--events-token-env`: a token is sent to an https URL only, where no one else can read it"
    )


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("", "the variable `TOKEN` is not set"),
        ("s3cret\r\nX: y", "the variable `TOKEN` holds no token"),
        ("s3cr\u00e9t", "the variable `TOKEN` holds no token"),
        ("Bearer s3cret", "the variable `TOKEN` holds no token"),
    ],
)
def test_without_its_token_nothing_is_sent(receiver: Receiver, token: str, why: str) -> None:
    channel = webhook_channel(receiver.url, "TOKEN", token)
    with pytest.raises(Undelivered) as problem:
        channel.deliver(LINES)
    assert (channel.problem(), str(problem.value), receiver.requests) == (why, why, [])
