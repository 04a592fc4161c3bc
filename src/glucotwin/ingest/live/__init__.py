"""Sources that give a person's data as they come: sites, follower services and a folder."""
