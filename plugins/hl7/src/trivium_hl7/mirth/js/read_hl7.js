// Reads the HL7 v2 message into one flat record. hl7Fields says where each value stands, the first valued place wins.
var separators = {
    F: String(msg['MSH'][0]['MSH.1']),
    S: String(msg['MSH'][0]['MSH.2']).charAt(0),
    R: String(msg['MSH'][0]['MSH.2']).charAt(1),
    E: String(msg['MSH'][0]['MSH.2']).charAt(2),
    T: String(msg['MSH'][0]['MSH.2']).charAt(3)
};

// Mirth hands escape sequences through as they stand.
function hl7Unescape(text) {
    if (text === '""') {
        return '';
    }
    return text.replace(/\\(\.br|[FSRET]|X(?:[0-7][0-9A-Fa-f])+)\\/g, function (whole, sequence) {
        if (sequence === '.br') {
            return '\n';
        }
        if (sequence.charAt(0) === 'X') {
            return sequence.substring(1).replace(/../g, function (pair) {
                return String.fromCharCode(parseInt(pair, 16));
            });
        }
        return separators[sequence];
    });
}

function hl7Component(node, name, component, subcomponent) {
    var parts = node[name + '.' + component];
    if (parts.length() === 0) {
        return component === 1 && node.hasSimpleContent() ? hl7Unescape(node.toString()) : '';
    }
    if (parts[0].hasSimpleContent()) {
        return subcomponent > 1 ? '' : hl7Unescape(parts[0].toString());
    }
    var inner = parts[0][name + '.' + component + '.' + (subcomponent || 1)];
    return inner.length() > 0 ? hl7Unescape(inner[0].toString()) : '';
}

function hl7Value(segment, field, component, subcomponent, repetition) {
    var name = segment.localName() + '.' + field;
    var nodes = segment[name];
    var index = repetition || 0;
    return nodes.length() > index ? hl7Component(nodes[index], name, component, subcomponent) : '';
}

// The medical record number (PID-3.5 = MR) where there is one, else the first number.
function patientRepetition(segment) {
    var numbers = segment['PID.3'];
    for (var i = 0; i < numbers.length(); i++) {
        if (hl7Component(numbers[i], 'PID.3', 5) === 'MR') {
            return i;
        }
    }
    return 0;
}

// A text may go on in repetitions of OBX-5.
function observationValue(segment) {
    var values = [];
    for (var i = 0; i < segment['OBX.5'].length(); i++) {
        values.push(hl7Value(segment, 5, 1, 1, i));
    }
    return values.join('\n');
}

function readObservation(segment, order) {
    var type = hl7Value(segment, 2, 1);
    var coded = type === 'CE' || type === 'CWE' || type === 'CNE';
    return {
        order: order,
        type: type,
        code: hl7Value(segment, 3, 1),
        text: hl7Value(segment, 3, 2),
        system: hl7Value(segment, 3, 3),
        value: coded ? hl7Value(segment, 5, 1) : observationValue(segment),
        value_text: coded ? hl7Value(segment, 5, 2) : '',
        value_system: coded ? hl7Value(segment, 5, 3) : '',
        units: hl7Value(segment, 6, 1),
        reference_range: hl7Value(segment, 7, 1),
        flag: hl7Value(segment, 8, 1),
        status: hl7Value(segment, 11, 1)
    };
}

var record = {};
for (var key in hl7Fields) {
    record[key] = '';
    for (var i = 0; i < hl7Fields[key].length && record[key] === ''; i++) {
        var place = hl7Fields[key][i];
        var segments = msg[place[0]];
        if (segments.length() > 0) {
            var repetition = place[0] === 'PID' && place[1] === 3 ? patientRepetition(segments[0]) : 0;
            record[key] = hl7Value(segments[0], place[1], place[2], place[3], repetition);
        }
    }
}

// An order's OBX follow its OBR; `order` in an observation counts from 1, 0 is before the first.
function readOrder(obr, orc) {
    return {
        order_control: orc ? hl7Value(orc, 1, 1) : '',
        placer_order_number: (orc && hl7Value(orc, 2, 1)) || hl7Value(obr, 2, 1),
        filler_order_number: (orc && hl7Value(orc, 3, 1)) || hl7Value(obr, 3, 1),
        accession_number: hl7Value(obr, 18, 1),
        procedure_code: hl7Value(obr, 4, 1),
        procedure_name: hl7Value(obr, 4, 2),
        procedure_coding_system: hl7Value(obr, 4, 3),
        observation_time: hl7Value(obr, 7, 1),
        result_status: hl7Value(obr, 25, 1)
    };
}

function isPdf(obx) {
    return hl7Value(obx, 2, 1) === 'ED' && hl7Value(obx, 5, 4) === 'Base64' && /^pdf$/i.test(hl7Value(obx, 5, 3));
}

function isStudy(obx) {
    return hl7Value(obx, 3, 1) === '113014' && hl7Value(obx, 3, 3) === 'DCM';
}

record.orders = [];
record.observations = [];
record.document = '';
var common = null;
var children = msg.children();
for (var n = 0; n < children.length(); n++) {
    var child = children[n];
    var id = child.localName();
    if (id === 'ORC') {
        common = child;
    } else if (id === 'OBR') {
        record.orders.push(readOrder(child, common));
        common = null;
    } else if (id === 'OBX' && isPdf(child)) {
        record.document = hl7Value(child, 5, 5).replace(/\s/g, '');
    } else if (id === 'OBX' && isStudy(child)) {
        record.study_instance_uid = record.study_instance_uid || hl7Value(child, 5, 1);
    } else if (id === 'OBX') {
        record.observations.push(readObservation(child, record.orders.length));
    }
}
channelMap.put('record', JSON.stringify(record));
