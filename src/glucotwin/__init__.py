"""GlucoTwin: open digital twins for diabetes. Research software, not a medical device."""

__version__ = "0.1.0"
