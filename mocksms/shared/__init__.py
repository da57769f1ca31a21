"""What both apps need and neither may import from the other: this folder is the same in both, byte for byte."""
