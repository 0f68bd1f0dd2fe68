"""What versions said, beside what turned out to be true."""
