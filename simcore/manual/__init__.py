"""The manual: what is computed and how (``method.md``), and every name, command and variable (``reference.md``).

``python -m simcore.manual`` renews the reference; `simcore.manual.reference` makes it.
"""
