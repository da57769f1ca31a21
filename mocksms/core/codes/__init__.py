"""Finding codes and links in texts.

A text is normalised (`text`), its numbers are read (`candidates`), and what the words of its language
(`vocabulary`, `languages.toml`) and its layout say about each is added up (`evidence`). `finder` takes the best.
"""
