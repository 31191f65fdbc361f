// Only a record with a PDF makes a DICOM object.
return JSON.parse(String(channelMap.get('record'))).document !== '';
