"""Use cases of the closed loop: run one person, compare algorithms on many."""
