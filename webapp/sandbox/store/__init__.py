"""The SQL of the tools: the trace log, and the rows that follow a world's clock."""
