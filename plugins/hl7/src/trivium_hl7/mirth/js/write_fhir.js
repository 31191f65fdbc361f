// Builds a FHIR R4 transaction of the record: the patient, and the order, the report or the study it speaks of.
function withValues(object) {
    var kept = {};
    for (var key in object) {
        if (object[key] !== undefined && object[key] !== null && object[key] !== '' && object[key].length !== 0) {
            kept[key] = object[key];
        }
    }
    return kept;
}

// A date, or a dateTime where the sender gave seconds or minutes with an offset: FHIR takes no time without one.
function fhirTime(text) {
    var found = /^(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?([+-]\d{4})?$/.exec(text || '');
    if (!found) {
        return '';
    }
    var day = found.slice(1, 4).filter(function (part) { return part; }).join('-');
    if (!found[5] || !found[7]) {
        return day;
    }
    var zone = found[7].substring(0, 3) + ':' + found[7].substring(3);
    return day + 'T' + found[4] + ':' + found[5] + ':' + (found[6] || '00') + zone;
}

var dicomTerms = 'http://dicom.nema.org/resources/ontology/DCM';
function concept(code, text, system) {
    var uri = { LN: 'http://loinc.org', SCT: 'http://snomed.info/sct', DCM: dicomTerms }[system];
    if (!uri && /^(https?:|urn:)/.test(system || '')) {
        uri = system;
    }
    var coded = withValues({ system: uri, code: code, display: text });
    return withValues({ coding: code ? [coded] : [], text: text || (code ? '' : 'not stated') });
}

function identifier(type, value) {
    var coding = [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: type }];
    return value ? [{ type: { coding: coding }, value: value }] : [];
}

// HL7 V2-to-FHIR, concept maps of tables 0123 and 0085; a word of FHIR itself stays what it is.
function resultStatus(code, known) {
    var words = /^(registered|partial|preliminary|final|amended|corrected|appended|cancelled|entered-in-error)$/;
    return known[code] || (words.test(code) ? code : 'unknown');
}

var reportStatuses = {
    O: 'registered', I: 'registered', S: 'registered', A: 'partial', R: 'partial', P: 'preliminary', C: 'corrected',
    F: 'final', X: 'cancelled'
};
var observationStatuses = {
    A: 'amended', C: 'corrected', D: 'entered-in-error', F: 'final', P: 'preliminary', X: 'cancelled',
    W: 'entered-in-error'
};

function orderStatus(control) {
    return { CA: 'revoked', DC: 'revoked', OC: 'revoked', OD: 'revoked', HD: 'on-hold' }[control] || 'active';
}

var entries = [];
function send(name, method, url, resource) {
    entries.push({ fullUrl: 'urn:uuid:' + name, resource: resource, request: { method: method, url: url } });
    return { reference: 'urn:uuid:' + name };
}

function newName() {
    return String(UUIDGenerator.getUUID());
}

var system = record.patient_id_system ? 'urn:oid:' + record.patient_id_system : '';
if (/^(https?:|urn:)/.test(record.patient_id_system || '')) {
    system = record.patient_id_system;
}
var given = [record.given_name, record.middle_name].filter(function (part) { return part; });
var patient = withValues({
    resourceType: 'Patient',
    identifier: record.patient_id ? [withValues({ system: system, value: record.patient_id })] : [],
    name: record.family_name || given.length ? [withValues({ family: record.family_name, given: given })] : [],
    gender: { M: 'male', F: 'female', O: 'other', U: 'unknown', A: 'other', N: 'other' }[record.sex],
    birthDate: fhirTime((record.birth_date || '').substring(0, 8))
});
var search = 'Patient?identifier=' + encodeURIComponent(system + '|' + record.patient_id);
var subject = record.patient_id
    ? send(newName(), 'PUT', search, patient)
    : send(newName(), 'POST', 'Patient', patient);

var hasResults = record.observations.length > 0 || record.document !== '';
var isOrder = /^(ORM|OMG|OMI|OML)$/.test(record.message_code || '');
var isReport = record.message_code === 'ORU' || (!isOrder && record.document !== '');
if (!record.message_code && !record.study_instance_uid) {  // not from HL7 v2: the values say what it is
    isReport = hasResults || record.result_status !== '';
    isOrder = !isReport && (record.placer_order_number !== '' || record.procedure_code !== '');
}

function sendObservation(observation, time) {
    var numeric = /^[+-]?\d+(\.\d+)?$/.test(observation.value);
    var coded = /^(CE|CWE|CNE)$/.test(observation.type);
    return send(newName(), 'POST', 'Observation', withValues({
        resourceType: 'Observation',
        status: resultStatus(observation.status, observationStatuses),
        code: concept(observation.code, observation.text, observation.system),
        subject: subject,
        effectiveDateTime: fhirTime(time),
        valueQuantity: numeric && !coded
            ? withValues({ value: Number(observation.value), unit: observation.units }) : '',
        valueCodeableConcept: coded && (observation.value || observation.value_text)
            ? concept(observation.value, observation.value_text, observation.value_system) : '',
        valueString: !numeric && !coded ? observation.value : '',
        interpretation: observation.flag ? [{ text: observation.flag }] : [],
        referenceRange: observation.reference_range ? [{ text: observation.reference_range }] : []
    }));
}

// HL7 v2 has a list of orders, each with observations of its own; other sources speak of one.
var orders = record.orders && record.orders.length > 0 ? record.orders : [record];
var isList = orders[0] !== record;
record.observations.forEach(function (observation) {
    if (isList && !observation.order) {
        sendObservation(observation, '');
    }
});
var documents = record.document ? [{ contentType: 'application/pdf', data: record.document }] : [];
orders.forEach(function (order, index) {
    var results = [];
    record.observations.forEach(function (observation) {
        if (!isList || observation.order === index + 1) {
            results.push(sendObservation(observation, order.observation_time));
        }
    });
    var accession = order.accession_number || (orders.length === 1 ? record.accession_number : '');
    var common = {
        identifier: identifier('PLAC', order.placer_order_number)
            .concat(identifier('FILL', order.filler_order_number))
            .concat(identifier('ACSN', accession)),
        code: concept(order.procedure_code, order.procedure_name, order.procedure_coding_system),
        subject: subject
    };
    if (isOrder) {
        common.resourceType = 'ServiceRequest';
        common.status = orderStatus(order.order_control);
        common.intent = 'order';
        common.occurrenceDateTime = fhirTime(order.observation_time);
        send(newName(), 'POST', 'ServiceRequest', withValues(common));
    } else if (isReport) {
        common.resourceType = 'DiagnosticReport';
        common.status = resultStatus(order.result_status, reportStatuses);
        common.effectiveDateTime = fhirTime(order.observation_time);
        common.result = results;
        common.presentedForm = index === 0 ? documents : [];
        send(newName(), 'POST', 'DiagnosticReport', withValues(common));
    }
});
if (!record.message_code && record.study_instance_uid) {
    var uid = { system: 'urn:dicom:uid', value: 'urn:oid:' + record.study_instance_uid };
    send(newName(), 'POST', 'ImagingStudy', withValues({
        resourceType: 'ImagingStudy',
        identifier: [uid].concat(identifier('ACSN', record.accession_number)),
        status: 'available',
        subject: subject,
        started: fhirTime(record.observation_time),
        modality: record.modality ? [{ system: dicomTerms, code: record.modality }] : [],
        description: record.procedure_name
    }));
}
msg = { resourceType: 'Bundle', type: 'transaction', entry: entries };
