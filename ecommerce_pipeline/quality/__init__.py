"""Whether the numbers can be trusted: the same rows in every place, told apart by digests of their content."""
