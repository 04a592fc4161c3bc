"""Use cases of apps that know a Nightscout site: they keep their documents here and read the person's data."""
