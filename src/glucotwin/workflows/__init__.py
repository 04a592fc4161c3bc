"""Use cases shared by every front end: import data, simulate, build a twin, forecast, ask what if, report."""
