"""The flows as pictures, the browser's place in them, and their coverage."""
