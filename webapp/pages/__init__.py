"""HTTP in, page out: a module for each place in PRODUCT.md §2; guards, forms and what every page shares."""
