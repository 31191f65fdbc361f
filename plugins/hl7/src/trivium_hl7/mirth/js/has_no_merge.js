// A merge names a second patient in MRG, which the record does not hold.
return msg['MRG'].length() === 0;
