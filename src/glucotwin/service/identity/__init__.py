"""Sign-in by OpenID Connect: what the operator sets, what waits for a browser's return, and the provider itself."""
