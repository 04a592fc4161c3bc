"""Body and inputs to trajectory: one compiled scan for a subject, chunks on every core for a cohort."""
