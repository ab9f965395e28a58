"""Virtual stores: walkers, walls and a radio that nobody needs to plug in."""
