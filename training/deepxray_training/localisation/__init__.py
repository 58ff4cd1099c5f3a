"""Where the ten joints of an upright left hand are, coarsely, on the whole film."""
