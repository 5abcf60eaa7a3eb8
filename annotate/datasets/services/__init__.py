"""What may be done with versions, exports and pictures; each noun has its own file."""

from annotate.datasets.services.exporting import export_next, start_export
from annotate.datasets.services.freezing import freeze_next, start_freeze
from annotate.datasets.services.pictures import act_on_pictures, empty_bin

__all__ = ["act_on_pictures", "empty_bin", "export_next", "freeze_next", "start_export", "start_freeze"]
