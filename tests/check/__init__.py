"""The parts of `make check`: a folder each, with what takes long or needs programs that few machines have."""
