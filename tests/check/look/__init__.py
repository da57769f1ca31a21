"""How every page looks, in Chromium and Firefox: at four sizes, in both languages, light and dark."""
