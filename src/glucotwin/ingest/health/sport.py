"""What a tracker calls a sport as the kind of exercise that matters for glucose."""

import re
from types import MappingProxyType

from glucotwin.domain.activity import ActivityType

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_BEGINNINGS = MappingProxyType(
    {
        ActivityType.HIGH_INTENSITY: (
            "hiit interval sprint tabata amrap emom crossfit bootcamp boxing kickboxing jump martial wrestling"
        ),
        ActivityType.RESISTANCE: "strength weight resistance bodybuild core bouldering climbing",
        ActivityType.MIXED: (
            "soccer football basketball handball volleyball hockey lacrosse rugby tennis squash badminton racquetball "
            "racket padel pickleball baseball softball cricket polo circuit"
        ),
        ActivityType.AEROBIC: (
            "run jog treadmill walk hik trek cycl cycling bik spin swim row elliptical stair step skat ski snowshoe "
            "danc zumba aerob cardio paddl kayak canoe surf mountaineer wheelchair hand triathlon multisport snowboard"
        ),
    }
)
"""Beginnings of words; of kinds that share a word, such as 'high intensity running', the first one counts."""


def activity_type_of(name: str) -> ActivityType:
    """The kind of exercise that a sport's name means; unknown for yoga, meditation and what nobody has heard of.

    The sorting follows the consensus on exercise in type 1 diabetes (Riddell et al., Lancet Diabetes Endocrinol
    2017;5:377-90): steady aerobic work lowers glucose, intervals and resistance less, games in between.

    Args:
        name: words in any spelling: ``FunctionalStrengthTraining``, ``trail_running``, ``Outdoor Bike``.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    if "high" in words and "intensity" in words:
        return ActivityType.HIGH_INTENSITY
    for kind, beginnings in _BEGINNINGS.items():
        if any(word.startswith(tuple(beginnings.split())) for word in words):
            return kind
    return ActivityType.UNKNOWN
