"""Where one joint is exactly, in a crop along the finger around its coarse position."""
