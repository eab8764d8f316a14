"""Compiled loops: numpy arrays in, numpy arrays out; everything is validated before."""
