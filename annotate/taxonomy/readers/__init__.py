"""The list of readers, by the name under which a request carries its text."""

from typing import Final

from annotate.taxonomy.reader import Reader
from annotate.taxonomy.readers import csv, text

READERS: Final[dict[str, Reader]] = {reader.name: reader for reader in (text.TextReader(), csv.CsvReader())}
