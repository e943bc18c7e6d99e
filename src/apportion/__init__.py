"""Share scarce AI chips fairly across orders and sites, and prove it."""
