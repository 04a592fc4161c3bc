"""Numbers for Prometheus: requests by route and status, time, readings, live listeners. Nothing of a person."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(slots=True)
class Metrics:
    """The numbers of one service; each has a registry of its own, so that several can run in a process."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    records: Counter = field(init=False)
    behind: Histogram = field(init=False)
    listeners: Gauge = field(init=False)

    def __post_init__(self) -> None:
        own = self.registry
        labels = ("method", "route", "status")
        self.requests = Counter("glucotwin_requests_total", "Requests answered", labels, registry=own)
        self.seconds = Histogram(
            "glucotwin_request_seconds", "Time to the answer", ("method", "route"), registry=own, buckets=BUCKETS_S
        )
        self.records = Counter("glucotwin_records_added_total", "New records taken in", ("stream",), registry=own)
        self.behind = Histogram(
            "glucotwin_step_seconds", "Time from new data to the twin in step", registry=own, buckets=BUCKETS_S
        )
        self.listeners = Gauge("glucotwin_listeners", "Listeners of live updates", registry=own)

    def text(self) -> bytes:
        """What Prometheus reads."""
        return generate_latest(self.registry)
