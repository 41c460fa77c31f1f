"""The source formats by name: a new one is a module in this folder and a line here."""

from .csv_files import CSV
from .freqtrade_results import FREQTRADE
from .json_files import JSON
from .jsonl_files import JSONL
from .log_lines import LINES
from .model import Format
from .parquet_files import PARQUET
from .sqlite_tables import SQLITE

__all__ = ["FORMATS"]

FORMATS: dict[str, Format] = {
    each.name: each for each in (JSON, JSONL, CSV, SQLITE, PARQUET, LINES, FREQTRADE)
}
"""In the order in which messages name them."""
