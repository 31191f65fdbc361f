// Sends the record as it is.
msg = record;
