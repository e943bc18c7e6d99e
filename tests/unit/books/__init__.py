"""Acts on scenarios that a book keeps."""
