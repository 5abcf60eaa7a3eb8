"""What may be done with deliveries and pictures; each noun has its own file."""

from annotate.ingest.services.batches import Delivery, add_files, cancel_batch, close_batch, loose, mark_of, open_batch
from annotate.ingest.services.guide import add_guide_picture
from annotate.ingest.services.images import drop_given_up, empty_bin, set_image_state
from annotate.ingest.services.partial import Standing, begin_file, expect, missing, take_part
from annotate.ingest.services.staging import analyse_place, commit_batch, map_classes
from annotate.ingest.services.sweep import ingest_entries, ingest_folder, ingest_pending

__all__ = [
    "Delivery",
    "Standing",
    "add_files",
    "add_guide_picture",
    "analyse_place",
    "begin_file",
    "cancel_batch",
    "close_batch",
    "commit_batch",
    "drop_given_up",
    "empty_bin",
    "expect",
    "ingest_entries",
    "ingest_folder",
    "ingest_pending",
    "loose",
    "map_classes",
    "mark_of",
    "missing",
    "open_batch",
    "set_image_state",
    "take_part",
]
