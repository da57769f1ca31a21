"""Tests of the phone's engine: providers, tester API, calls, codes, worlds."""
