"""Tests of the phone's engine: wires, tester API, calls, codes, worlds."""
