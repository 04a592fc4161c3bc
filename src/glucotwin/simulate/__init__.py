"""Body and inputs to trajectory: one compiled scan."""
