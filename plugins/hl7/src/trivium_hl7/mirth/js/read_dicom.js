// Reads the attributes of the DICOM object into one flat record with the names in recordNames; dicomFields says which
// attribute each value is.
function dicomValue(tag) {
    var nodes = msg['tag' + tag];
    if (nodes.length() === 0) {
        nodes = msg['tag' + tag.toLowerCase()];
    }
    return nodes.length() > 0 && nodes[0].hasSimpleContent() ? nodes[0].toString().replace(/^\s+|[\s\0]+$/g, '') : '';
}

// PS3.5 6.2: family^given^middle^prefix^suffix, up to three writings separated by an equals sign.
function nameParts(value) {
    return value.split('=')[0].split('^');
}

var record = {};
recordNames.forEach(function (name) { record[name] = ''; });
for (var key in dicomFields) {
    record[key] = dicomValue(dicomFields[key]);
}
var name = nameParts(dicomValue('00100010'));
record.family_name = name[0] || '';
record.given_name = name[1] || '';
record.middle_name = name[2] || '';
record.observation_time = (dicomValue('00080020') + dicomValue('00080030')).replace(/\..*$/, '').substring(0, 14);
record.observations = [];
record.document = '';
channelMap.put('record', JSON.stringify(record));
