"""Which body part a film shows, how it is turned, and whether its grey is inverted."""
