"""HTTP in, page out: a module for each part of docs/screens.md#pages, with the guards and forms they share."""
