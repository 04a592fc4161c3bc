"""Files of genotype services and sequencing, of which only the listed variants are read."""
