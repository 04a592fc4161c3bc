"""Alarms: what may need somebody's attention, how likely and how soon, without tiring them."""
