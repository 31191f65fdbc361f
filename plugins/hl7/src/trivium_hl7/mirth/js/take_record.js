// The record that the source transformer made.
var record = JSON.parse(String(channelMap.get('record')));
