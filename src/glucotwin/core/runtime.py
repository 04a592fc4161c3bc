"""Sets JAX up once: double precision and a compilation cache that survives the process."""

import os
from pathlib import Path

import jax
import platformdirs

CACHE_VARIABLE = "GLUCOTWIN_CACHE_DIR"
"""Environment variable that moves the cache; ``off`` switches the compilation cache off."""


def cache_directory() -> Path:
    """Where compiled programs and other things that can be made again are kept."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("glucotwin"))


def configure_jax() -> None:
    """Switches on float64 and the persistent compilation cache; calling it again changes nothing."""
    jax.config.update("jax_enable_x64", True)
    if os.environ.get(CACHE_VARIABLE) == "off":
        return
    jax.config.update("jax_compilation_cache_dir", str(cache_directory() / "xla"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
