"""What happens to a described person over years, by published equations; no glucose dynamics."""
