"""QA's tools. Registered in sandbox mode only; nothing else of the site imports this package. See `app`."""
