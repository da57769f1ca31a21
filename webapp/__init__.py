"""Nidankai's site."""
