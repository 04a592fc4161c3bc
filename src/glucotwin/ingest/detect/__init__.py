"""What looks wrong or is missing in a person's data, found on the timeline: one file per detector."""
