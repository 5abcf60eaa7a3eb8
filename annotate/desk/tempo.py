"""How fast a volunteer may answer: as fast as people can, and no faster."""

from annotate.core.limits import Tempo

A_MINUTE = 120
VOLUNTEERS = Tempo("a volunteer's answers", A_MINUTE)
