"""The UKPDS Outcomes Model 2 (Hayes 2013): yearly risks of complications and death in type 2 diabetes."""
