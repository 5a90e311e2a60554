"""The single rules of wording: each module holds one, `drafting/wording.py` runs them all."""
