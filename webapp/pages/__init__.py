"""HTTP in, page out: a module for each place in docs/screens.md#pages; guards, forms and what every page shares."""
