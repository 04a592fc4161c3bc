"""Findings of several parts of a file as one finding per kind."""

from collections.abc import Sequence
from dataclasses import replace

from glucotwin.ingest.quality import Finding


def added_up(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding per kind, in the order of the first of each, with the counts added and the whole span of time.

    Args:
        findings: of parts of one file.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        key = (one.code, one.stream, one.action, one.severity, *sorted(map(str, one.values.items())))
        groups.setdefault(key, []).append(one)
    return tuple(_sum(group) for group in groups.values())


def _sum(group: Sequence[Finding]) -> Finding:
    return replace(
        group[0],
        count=sum(one.count for one in group),
        first_time=min((one.first_time for one in group if one.first_time), default=None),
        last_time=max((one.last_time for one in group if one.last_time), default=None),
    )
