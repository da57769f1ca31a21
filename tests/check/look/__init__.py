"""The look of every page in Chromium and Firefox: at four sizes, in both languages, light and dark."""
