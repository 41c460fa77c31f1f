"""Reads a snapshot: what was measured as of one instant, in the shapes of its schema, free of metric types."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...arithmetic import own_contexts
from ...canonical import canonical, digest
from ...diagnostics import name_hint, printable
from ...errors import SnapshotError, system_reason
from ...files import read_plain
from ...json_schema import conforms
from ...language.times import parse_time, show_time
from ...limits import FORMAT, NUMBER_DIGITS, SNAPSHOT_BYTES, SNAPSHOT_DEPTH, SNAPSHOT_POINTS
from ...policy.yaml.schema import complaints, schema
from ...strict_json import InvalidJSON, InvalidNumber, StrictReader, decode_utf8

__all__ = ["Snapshot"]

_KEYS = ("interlock", "as_of", "metrics", "scopes", "env", "provenance", "collected")
_EXPONENT = 400
_ODD = "odd number"
_MOST_COMPLAINTS = 20


@own_contexts
@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot. `as_of` is in seconds since the epoch; `metrics` and `scopes` hold values as written, with
    numbers as decimals; `digest` is that of the `meaning`, the document with `collected` left out."""

    as_of: Decimal
    metrics: Mapping[str, object]
    scopes: Mapping[str, Mapping[str, Mapping[str, object]]] = field(default_factory=dict)
    env: Mapping[str, object] = field(default_factory=dict)
    digest: str = ""
    name: str = "snapshot"
    provenance: Mapping[str, object] = field(default_factory=dict)
    meaning: Mapping[str, object] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, path: Path) -> Snapshot:
        """Read a file. Raises SnapshotError with the file, the place and what to do."""
        try:
            data = read_plain(path, SNAPSHOT_BYTES)
        except OSError as problem:
            reason = system_reason(problem)
            raise SnapshotError(f"{path.as_posix()}: cannot read the snapshot: {reason}") from None
        return cls.parse(data, path.as_posix())

    @classmethod
    def parse(cls, data: bytes, name: str = "snapshot") -> Snapshot:
        """Read the bytes of a snapshot. Raises SnapshotError with every complaint about its shape."""
        document = _decoded(data, name)
        problems = list(_problems(document)) or list(_complaints(document))
        if problems:
            raise SnapshotError("\n".join(printable(f"{name}: {each}") for each in problems))
        assert isinstance(document, dict)
        meaning = {key: value for key, value in document.items() if key != "collected"}
        return cls._of(meaning, name, digest(canonical(_plain(meaning))))

    @classmethod
    def restored(cls, data: bytes, name: str = "snapshot") -> Snapshot:
        """Read what `canonical` gave: the same snapshot, odd numbers included, and halves of surrogate pairs in a text
        that was recorded before they were refused."""
        document = _odd_again(_decoded(data, name, _RESTORING))
        assert isinstance(document, dict)
        return cls._of(document, name, digest(data))

    def canonical(self) -> bytes:
        """Return the meaning as canonical JSON, the bytes that `digest` is the hash of."""
        return canonical(_plain(dict(self.meaning)))

    def assumed(self, metrics: Collection[str]) -> list[str]:
        """Return what the sources of these metrics assume where data are missing, a line each."""
        return [f"`{name}`: {each}" for name in sorted(metrics) for each in self._assumed(name)]

    def _assumed(self, name: str) -> list[str]:
        source = self.provenance.get(name)
        lines = source.get("assumed") if isinstance(source, dict) else None
        return [each for each in lines if isinstance(each, str)] if isinstance(lines, list) else []

    def narrowed(self, metrics: Collection[str], variables: Collection[str]) -> Snapshot:
        """Return a copy with these metrics and environment variables alone; its scopes keep all their members."""

        def kept(table: Mapping[str, object], names: Collection[str]) -> dict[str, object]:
            return {name: table[name] for name in names if name in table}

        document = {
            "interlock": FORMAT,
            "as_of": show_time(self.as_of),
            "metrics": kept(self.metrics, metrics),
            "scopes": {
                scope: {member: kept(table, metrics) for member, table in members.items()}
                for scope, members in self.scopes.items()
            },
            "env": kept(self.env, variables),
        }
        assumed = {name: {"assumed": lines} for name in metrics if (lines := self._assumed(name))}
        if assumed:
            document["provenance"] = assumed
        return Snapshot.restored(canonical(_plain(document)), self.name)

    @classmethod
    def _of(cls, meaning: dict[str, Any], name: str, of: str) -> Snapshot:
        as_of = parse_time(meaning["as_of"])
        assert as_of is not None
        return cls(
            as_of,
            MappingProxyType(meaning["metrics"]),
            MappingProxyType(meaning.get("scopes", {})),
            MappingProxyType(meaning.get("env", {})),
            of,
            name,
            MappingProxyType(meaning.get("provenance", {})),
            MappingProxyType(meaning),
        )


def _decoded(data: bytes, name: str, reader: StrictReader | None = None) -> object:
    if len(data) > SNAPSHOT_BYTES:
        raise SnapshotError(f"{name}: the snapshot is larger than {SNAPSHOT_BYTES} bytes")
    try:
        return (reader or _READER).read(decode_utf8(data))
    except InvalidJSON as problem:
        raise SnapshotError(f"{name}: the snapshot {problem}") from None


def _number(text: str) -> Decimal | InvalidNumber:
    mantissa, _, exponent = text.lower().partition("e")
    if len(exponent) > 5 or abs(int(exponent or 0)) > _EXPONENT:
        return InvalidNumber("not finite", text[:40])
    if len(mantissa.replace("-", "").replace(".", "").strip("0")) > NUMBER_DIGITS:
        return InvalidNumber("out of range", text[:40])
    number = Decimal(text)
    return number if abs(number.adjusted()) <= _EXPONENT else InvalidNumber("out of range", text[:40])


def _reader(*, halves: bool) -> StrictReader:
    return StrictReader(
        whole=_number,
        fraction=_number,
        constant=lambda word: InvalidNumber("not finite", word),
        depth=SNAPSHOT_DEPTH,
        halves=halves,
    )


_READER, _RESTORING = _reader(halves=False), _reader(halves=True)


def _problems(document: object) -> Iterator[str]:
    """Yield everything that is wrong with the shape of a snapshot."""
    if not isinstance(document, dict):
        yield "a snapshot is a JSON object with `interlock`, `as_of` and `metrics`"
        return
    for key in document:
        if key not in _KEYS:
            yield f"unknown key `{key}`: {name_hint(key, _KEYS)}"
    yield from _format(document.get("interlock"))
    as_of = document.get("as_of")
    if not isinstance(as_of, str) or parse_time(as_of) is None:
        shown = f"`{as_of}`" if isinstance(as_of, str) else "missing" if as_of is None else "not text"
        yield f"`as_of` is {shown}: it must be a UTC time or carry an offset, as in `2026-03-30T06:00:00Z`"
    if not isinstance(document.get("metrics"), dict):
        yield "`metrics` is missing: it maps metric names to values"
    scopes = document.get("scopes", {})
    if not isinstance(scopes, dict) or not all(_is_scope(each) for each in scopes.values()):
        yield "`scopes` maps each scope to its members, and each member to its metrics"
    for key in ("env", "provenance", "collected"):
        if not isinstance(document.get(key, {}), dict):
            yield f"`{key}` must be an object"
    if _points(document) > SNAPSHOT_POINTS:
        yield f"more than {SNAPSHOT_POINTS} points"


def _complaints(document: object) -> Iterator[str]:
    """Yield what in a snapshot does not keep its schema, each with its place, as far as a person would read."""
    wanted = schema("snapshot")
    if conforms(wanted, document):
        return
    for path, message, hint, _ in islice(complaints(wanted, document), _MOST_COMPLAINTS):
        place = "".join(f"/{each}" for each in path)
        yield f"{place}: {message}" + (f": {hint}" if hint else "")


def _format(version: object) -> Iterator[str]:
    if version == FORMAT or version == FORMAT - 1 > 0:
        return
    if isinstance(version, Decimal) and version > FORMAT:
        yield f"the snapshot has format {version}, this engine reads {FORMAT}: upgrade interlock"
    else:
        yield f"`interlock` must be the format version {FORMAT}"


def _is_scope(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, dict) for each in value.values())


def _points(document: dict[str, object]) -> int:
    tables = [document.get("metrics")]
    scopes = document.get("scopes")
    if isinstance(scopes, dict):
        tables += [table for scope in scopes.values() if isinstance(scope, dict) for table in scope.values()]
    forms = [form for table in tables if isinstance(table, dict) for form in table.values()]
    lists = (form.get("points") for form in forms if isinstance(form, dict))
    return sum(len(each) for each in lists if isinstance(each, list))


def _plain(value: object) -> object:
    """The document with odd numbers as text, for the digest."""
    if isinstance(value, InvalidNumber):
        return {_ODD: value.text, "cause": value.cause}
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _odd_again(value: object) -> object:
    """The inverse of `_plain`."""
    if isinstance(value, dict):
        if set(value) == {_ODD, "cause"}:
            return InvalidNumber(str(value["cause"]), str(value[_ODD]))
        return {key: _odd_again(each) for key, each in value.items()}
    return [_odd_again(each) for each in value] if isinstance(value, list) else value
