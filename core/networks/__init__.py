"""Networks that others trained, and where their weights come from.

Nothing is downloaded unless a person asks for it by `python -m core weights get`.
"""
