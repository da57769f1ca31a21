"""Finding codes and links in texts.

A text is normalised (`text`) and its numbers are read (`candidates`). What the words of its language (`languages`,
`vocabulary`) and its `layout` say about each is added up (`evidence`). `finder` takes the best.
"""
