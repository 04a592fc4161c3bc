"""How texts of exports become tables, times, numbers and glucose."""
