"""In-silico trials: designs, arms, randomisation, virtual controls, analysis, and executors for one machine or many."""
