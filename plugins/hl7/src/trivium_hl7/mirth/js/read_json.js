// Takes the JSON body as the record: the names in recordNames, everything else is left.
var record = {};
recordNames.forEach(function (name) {
    record[name] = msg[name] === undefined || msg[name] === null ? '' : String(msg[name]);
});
record.document = msg.document ? String(msg.document) : '';
record.observations = msg.observations instanceof Array ? msg.observations : [];
record.birth_date = hl7Time(record.birth_date);
record.observation_time = hl7Time(record.observation_time);
channelMap.put('record', JSON.stringify(record));
