"""Pure rules: they take values, return values or raise a refusal, and use no other part of the site."""
