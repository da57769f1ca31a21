"""The flows as pictures, where a browser stands in them, and what of them was exercised."""
