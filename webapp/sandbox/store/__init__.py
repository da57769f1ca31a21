"""The SQL of the tools: the trace log, and moving a world's rows with its clock."""
