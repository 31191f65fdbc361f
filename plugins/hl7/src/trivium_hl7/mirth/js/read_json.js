// Takes the JSON body as the record: the names in recordNames, everything else is left.
var record = {};
recordNames.forEach(function (name) {
    record[name] = msg[name] === undefined || msg[name] === null ? '' : String(msg[name]);
});
record.document = msg.document ? String(msg.document) : '';
record.observations = msg.observations instanceof Array ? msg.observations : [];
channelMap.put('record', JSON.stringify(record));
