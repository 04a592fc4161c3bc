"""Clinical protocols on virtual people; one file per module of the body."""
