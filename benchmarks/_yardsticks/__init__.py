"""What simcore is measured against: the same models written for themselves, in C, numba and NumPy."""
