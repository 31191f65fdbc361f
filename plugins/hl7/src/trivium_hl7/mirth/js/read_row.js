// Takes the database row as the record: columns have the names in recordNames, in either case.
function column(name) {
    var nodes = msg[name];
    if (nodes.length() === 0) {
        nodes = msg[name.toUpperCase()];
    }
    return nodes.length() > 0 ? nodes[0].toString() : '';
}

var record = {};
recordNames.forEach(function (name) { record[name] = column(name); });
var observations = column('observations');
record.observations = observations === '' ? [] : JSON.parse(observations);
record.document = '';
record.birth_date = hl7Time(record.birth_date);
record.observation_time = hl7Time(record.observation_time);
channelMap.put('record', JSON.stringify(record));
