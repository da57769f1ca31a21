"""The parts of `make check`: a folder each, for tests that take long or need programs that few machines have."""
