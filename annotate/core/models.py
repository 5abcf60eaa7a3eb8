from annotate.core.audit import Audit
from annotate.core.limits import Spent
from annotate.core.progress import LongJob

__all__ = ["Audit", "LongJob", "Spent"]
