"""A small oil-paint simulator (NumPy and OpenCV) and the pictures painted with it."""
