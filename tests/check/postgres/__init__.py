"""Both apps' SQL on a real PostgreSQL."""
