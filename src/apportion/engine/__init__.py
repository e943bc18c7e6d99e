"""The engine: world and policy in, exact shares, lots, reasons and proof out. It reads no clock, file or setting."""
