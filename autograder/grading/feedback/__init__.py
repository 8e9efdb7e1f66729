"""The page that a student gets back: one HTML file that works without a network."""
