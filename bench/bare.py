"""The least that any YAML checker does: load each file with libyaml and hold it against its JSON Schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

SCHEMAS = {"interlock": "interlock", "metrics": "catalogue", "policy": "policy"}


def main() -> int:
    """Check the files that the command line names, after the folder of the schemas."""
    folder, *files = map(Path, sys.argv[1:])
    validators: dict[str, Draft202012Validator] = {}
    complaints = 0
    for file in files:
        document = yaml.load(file.read_bytes(), yaml.CSafeLoader)
        name = SCHEMAS[next(iter(document))]
        if name not in validators:
            validators[name] = Draft202012Validator(json.loads((folder / f"{name}.json").read_bytes()))
        complaints += sum(1 for _ in validators[name].iter_errors(document))
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
