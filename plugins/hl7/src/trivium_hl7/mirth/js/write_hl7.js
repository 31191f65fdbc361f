// Builds an HL7 v2 message of the record. Values are escaped, so none can add a field or a segment.
var out = new XML('<HL7Message/>');

function hl7Escape(value) {
    var names = { '|': '\\F\\', '^': '\\S\\', '&': '\\T\\', '~': '\\R\\', '\\': '\\E\\' };
    return String(value)
        .replace(/[|^&~\\]/g, function (one) { return names[one]; })
        .replace(/\r\n|\r|\n/g, '\\.br\\');
}

// Fields are put in ascending order; an empty value leaves the place out.
function put(segment, field, component, value) {
    if (value !== undefined && value !== null && String(value) !== '') {
        var name = segment.localName() + '.' + field;
        segment[name][name + '.' + component] = hl7Escape(value);
    }
}

function add(id) {
    out.appendChild(new XML('<' + id + '/>'));
    return out[id][out[id].length() - 1];
}

// HL7 table 0396.
function codingSystem(system) {
    var short = { 'http://loinc.org': 'LN', 'http://snomed.info/sct': 'SCT' };
    return short[system] || system;
}

// A code of the HL7 table, by its word in FHIR too; anything else would be refused or misread where it arrives.
function tableCode(number, value, words, what) {
    var code = words[String(value).toLowerCase()] || String(value).toUpperCase();
    if (code !== '' && hl7Codes[number].split(' ').indexOf(code) < 0) {
        throw new Error(what + ' is no code of HL7 table ' + number);
    }
    return code;
}

// Of a table that a site may extend: the code, the one that stands for its word, or U for a word that is unknown.
function siteCode(value, words) {
    var word = String(value).toLowerCase();
    return words[word] || (word.length > 1 ? 'U' : String(value));
}

// A DICOM modality as a section of HL7 table 0074, where some of the same letters mean something else (PT, SR).
function section(modality) {
    var sections = {
        MR: 'NMR', US: 'RUS', NM: 'NMS', PT: 'NMS', CR: 'RAD', DX: 'RAD', MG: 'RAD', XA: 'RAD', RF: 'RAD', RG: 'RAD',
        AU: 'OTH', OT: 'OTH', SR: 'OTH'
    };
    var known = modality === '' || hl7Codes['0074'].split(' ').indexOf(modality) >= 0;
    return sections[modality] || (known ? modality : 'OTH');
}

// What is no date is left out: the receiver would refuse the message for it.
function validTime(value) {
    var date = '\\d{4}((0[1-9]|1[0-2])((0[1-9]|[12]\\d|3[01])';
    var time = '(([01]\\d|2[0-3])([0-5]\\d([0-5]\\d(\\.\\d{1,4})?)?)?)?)?)?([+-]\\d{4})?';
    return new RegExp('^' + date + time + '$').test(value) ? value : '';
}

function identifierType(system) {
    return /^[0-2](\.(0|[1-9]\d*))+$/.test(system) ? 'ISO' : /^[A-Za-z][A-Za-z0-9+.-]*:/.test(system) ? 'URI' : 'L';
}

var sexes = { male: 'M', female: 'F', other: 'O', unknown: 'U', ambiguous: 'A' };
var classes = { inpatient: 'I', outpatient: 'O', emergency: 'E', preadmit: 'P', imp: 'I', amb: 'O', emer: 'E' };
var statuses = {
    registered: 'O', partial: 'A', preliminary: 'P', 'final': 'F', amended: 'C', corrected: 'C', cancelled: 'X'
};
if (!record.patient_id) {
    throw new Error('the record has no patient_id, which PID-3 must have');
}

var now = String(DateUtil.getCurrentDate('yyyyMMddHHmmss'));
var msh = add('MSH');
msh['MSH.1'] = '|';
msh['MSH.2'] = '^~\\&';
put(msh, 3, 1, hl7Header.sending_application);
put(msh, 4, 1, hl7Header.sending_facility);
put(msh, 5, 1, hl7Header.receiving_application);
put(msh, 6, 1, hl7Header.receiving_facility);
put(msh, 7, 1, now);
put(msh, 9, 1, hl7Header.code);
put(msh, 9, 2, hl7Header.event);
put(msh, 9, 3, hl7Header.structure);
put(msh, 10, 1, 'M' + connectorMessage.getMessageId());
put(msh, 11, 1, 'P');
put(msh, 12, 1, hl7Header.version);
put(msh, 18, 1, 'UNICODE UTF-8');

if (hl7Header.code === 'ADT') {
    var evn = add('EVN');
    put(evn, 2, 1, now);
}

var pid = add('PID');
put(pid, 1, 1, '1');
put(pid, 3, 1, record.patient_id);
if (record.patient_id_authority || record.patient_id_system) {
    pid['PID.3']['PID.3.4']['PID.3.4.1'] = hl7Escape(record.patient_id_authority || '');
    pid['PID.3']['PID.3.4']['PID.3.4.2'] = hl7Escape(record.patient_id_system || '');
    pid['PID.3']['PID.3.4']['PID.3.4.3'] = record.patient_id_system ? identifierType(record.patient_id_system) : '';
}
put(pid, 3, 5, record.patient_id ? 'MR' : '');
put(pid, 5, 1, record.family_name);
put(pid, 5, 2, record.given_name);
put(pid, 5, 3, record.middle_name);
put(pid, 5, 7, record.family_name || record.given_name ? '' : 'U');
put(pid, 7, 1, validTime(record.birth_date));
put(pid, 8, 1, siteCode(record.sex, sexes));

var pv1 = add('PV1');
put(pv1, 1, 1, '1');
put(pv1, 2, 1, siteCode(record.patient_class || 'U', classes));
put(pv1, 3, 1, record.location);
put(pv1, 19, 1, record.visit_number);

if (hl7Header.code === 'ORM') {
    var orc = add('ORC');
    put(orc, 1, 1, tableCode('0119', record.order_control || 'NW', {}, 'order_control'));
    put(orc, 2, 1, record.placer_order_number);
    put(orc, 3, 1, record.filler_order_number);
}
if (hl7Header.code === 'ORM' || hl7Header.code === 'ORU') {
    var obr = add('OBR');
    put(obr, 1, 1, '1');
    put(obr, 2, 1, record.placer_order_number);
    put(obr, 3, 1, record.filler_order_number);
    put(obr, 4, 1, record.procedure_code);
    put(obr, 4, 2, record.procedure_name || (record.procedure_code ? '' : 'not stated'));
    put(obr, 4, 3, codingSystem(record.procedure_coding_system));
    put(obr, 7, 1, validTime(record.observation_time));
    put(obr, 18, 1, record.accession_number);
    put(obr, 24, 1, section(record.modality));
    if (hl7Header.code === 'ORU') {
        var hasResults = record.observations.length > 0 || record.document !== '';
        put(obr, 25, 1, tableCode('0123', record.result_status || (hasResults ? 'F' : ''), statuses, 'result_status'));
    }
}
if (hl7Header.code === 'ORU') {
    var setId = 0;
    if (record.study_instance_uid) {
        var uid = add('OBX');
        setId += 1;
        put(uid, 1, 1, setId);
        put(uid, 2, 1, 'HD');
        put(uid, 3, 1, '113014');
        put(uid, 3, 2, 'DICOM Study');
        put(uid, 3, 3, 'DCM');
        put(uid, 5, 1, record.study_instance_uid);
        put(uid, 11, 1, 'O');
    }
    record.observations.forEach(function (observation) {
        var obx = add('OBX');
        setId += 1;
        var coded = /^(CE|CWE|CNE)$/.test(observation.type);
        var numeric = /^[+-]?\d+(\.\d+)?$/.test(observation.value);
        put(obx, 1, 1, setId);
        put(obx, 2, 1, coded ? 'CWE' : numeric ? 'NM' : 'ST');
        put(obx, 3, 1, observation.code);
        put(obx, 3, 2, observation.text || (observation.code ? '' : 'not stated'));
        put(obx, 3, 3, codingSystem(observation.system));
        put(obx, 5, 1, observation.value);
        put(obx, 5, 2, coded ? observation.value_text : '');
        put(obx, 5, 3, coded ? codingSystem(observation.value_system) : '');
        put(obx, 6, 1, observation.units);
        put(obx, 7, 1, observation.reference_range);
        put(obx, 8, 1, observation.flag);
        put(obx, 11, 1, tableCode('0085', observation.status || 'F', statuses, 'status of an observation'));
    });
    if (record.document) {
        var ed = add('OBX');
        put(ed, 1, 1, setId + 1);
        put(ed, 2, 1, 'ED');
        put(ed, 3, 2, 'Report');
        put(ed, 5, 2, 'Application');
        put(ed, 5, 3, 'PDF');
        put(ed, 5, 4, 'Base64');
        put(ed, 5, 5, record.document);
        put(ed, 11, 1, 'F');
    }
}
if (hl7Header.code === 'ORM' && record.study_instance_uid) {
    var zds = add('ZDS');
    put(zds, 1, 1, record.study_instance_uid);
    put(zds, 1, 3, 'Application');
    put(zds, 1, 4, 'DICOM');
}
msg = out;
