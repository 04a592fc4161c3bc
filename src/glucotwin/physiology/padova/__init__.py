"""The UVA/Padova type 1 diabetes simulator as organs."""
