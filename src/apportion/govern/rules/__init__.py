"""One function for each act: why it may not be done, or None. Each names the first rule that is in its way."""
