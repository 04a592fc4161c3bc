"""Use cases of in-silico trials: run, resume, report, and the experiments that ship with the package."""
