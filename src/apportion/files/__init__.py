"""Reading and writing worlds and plans."""
