"""Findings about what an import leaves out: rows that cannot be read, and kinds that are not used."""

from collections import Counter

from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity

MOST_KINDS = 12
"""So many kinds are named, the most frequent first."""


def left_out(unreadable: int, passed_over: Counter[str], *, damaged: bool = False) -> tuple[Finding, ...]:
    """What was left out of a file, as findings.

    Args:
        unreadable: rows that could not be read.
        passed_over: how many records of which kinds are not used.
        damaged: the file could not be read to its end, which counts as one more row.
    """
    findings: list[Finding] = []
    if unreadable or damaged:
        findings.append(
            Finding(
                code=FindingCode.UNREADABLE_ROWS,
                severity=Severity.PROBLEM if damaged else Severity.WARNING,
                stream="",
                action=Action.DROPPED,
                count=unreadable + damaged,
            )
        )
    if passed_over.total():
        names = [name for name, count in passed_over.most_common(MOST_KINDS) if count]
        more = len(passed_over) - len(names)
        findings.append(
            Finding(
                code=FindingCode.PASSED_OVER,
                severity=Severity.INFO,
                stream="",
                action=Action.DROPPED,
                count=passed_over.total(),
                values={"kinds": ", ".join(names) + (f" and {more} more" if more else "")},
            )
        )
    return tuple(findings)


def unreadable_rows(count: int, *, stream: str = "") -> tuple[Finding, ...]:
    """The finding that rows could not be read and are left out; none when there are none.

    Args:
        count: how many.
        stream: the stream they belong to.
    """
    if not count:
        return ()
    code, action = FindingCode.UNREADABLE_ROWS, Action.DROPPED
    return (Finding(code=code, severity=Severity.WARNING, stream=stream, action=action, count=count),)


def passed_over(count: int, *, kinds: str) -> tuple[Finding, ...]:
    """The finding that records of kinds that are not used are passed over; none when there are none.

    Args:
        count: how many.
        kinds: what they are, for people.
    """
    if not count:
        return ()
    code, action = FindingCode.PASSED_OVER, Action.DROPPED
    return (Finding(code=code, severity=Severity.INFO, stream="", action=action, count=count, values={"kinds": kinds}),)
