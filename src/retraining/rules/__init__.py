"""Pure decisions: values in, a record out. No session, clock, file or random source inside."""
