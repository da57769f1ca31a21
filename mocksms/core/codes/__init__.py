"""Find codes and links in texts.

`text` normalises a text, and `candidates` reads its numbers. `evidence` adds up points for each candidate: from the
words of the text's language (`languages`, `vocabulary`) and from its `layout`. `finder` returns the best.
"""
