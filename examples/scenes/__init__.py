"""The scenes of the single plates: a portrait, a street, a still life, a lake and a shop."""
