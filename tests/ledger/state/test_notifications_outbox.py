"""The events that wait for each channel: none of the time before it, none twice, none lost."""

from __future__ import annotations

from interlock.ledger.state.notifications import Outbox


def event(verdict: str, *audience: str) -> dict[str, object]:
    return {"policy": "gate", "verdict": verdict, "audience": list(audience), "next": list(audience)}


def entries(outbox: Outbox, *channels: str) -> list[list[int]]:
    return [[each.entry for each in outbox.pending(name)] for name in channels]


def test_a_channel_has_the_events_after_it_was_begun_and_each_goes_its_own_way() -> None:
    outbox = Outbox()
    outbox.add_event(4, event("NO_GO", "risk"))
    outbox.add_delivery({"channel": "a", "through": 5})
    outbox.add_event(6, event("GO", "risk"))
    outbox.add_delivery({"channel": "b", "through": 7})
    outbox.add_event(8, event("NO_GO", "risk"))
    outbox.add_event(9, event("WAIT"))  # nobody is to hear it
    assert entries(outbox, "a", "b", "c") == [[6, 8], [8], []]
    outbox.add_delivery({"channel": "b", "through": 8})
    assert entries(outbox, "a", "b") == [[6, 8], []]
    outbox.add_delivery({"channel": "a", "through": 6})
    assert entries(outbox, "a", "b") == [[8], []]
    outbox.add_delivery({"channel": "a", "through": 8})
    assert (entries(outbox, "a", "b"), outbox.events) == ([[], []], [])


def test_two_runs_that_deliver_at_once_move_a_channel_on_and_never_back() -> None:
    outbox = Outbox()
    outbox.add_delivery({"channel": "a", "through": 1})
    for number in (2, 3):
        outbox.add_event(number, event("NO_GO", "risk"))
    outbox.add_delivery({"channel": "a", "through": 3})
    outbox.add_delivery({"channel": "a", "through": 2})
    assert entries(outbox, "a") == [[]]


def test_what_goes_out_has_the_number_of_its_entry_and_nothing_that_is_ours_alone() -> None:
    outbox = Outbox()
    outbox.add_delivery({"channel": "a", "through": 0})
    outbox.add_event(3, event("NO_GO", "risk"))
    (found,) = outbox.pending("a")
    assert found.line() == {"entry": 3, "policy": "gate", "verdict": "NO_GO", "audience": ["risk"]}
