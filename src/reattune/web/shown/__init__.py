"""What the pages show, as plain values: geometry, rows, sentences. No markup and no requests here."""
