// Reads FHIR R4 resources, alone or in a Bundle, into one flat record with the names in recordNames.
var resources = msg.resourceType === 'Bundle' ? [] : [msg];
if (msg.resourceType === 'Bundle') {
    (msg.entry || []).forEach(function (entry) {
        if (entry.resource) {
            resources.push(entry.resource);
        }
    });
}

function ofType(type) {
    return resources.filter(function (resource) { return resource.resourceType === type; });
}

function first(list) {
    return list && list.length > 0 ? list[0] : {};
}

function coding(concept) {
    return first((concept || {}).coding);
}

function identifierOfType(resource, type) {
    return first((resource.identifier || []).filter(function (one) { return coding(one.type).code === type; }));
}

function withoutMarks(text) {
    return String(text || '').replace(/\.\d+/, '').replace(/[-:T]/g, '').substring(0, 14);
}

function hl7Time(text) {
    var zone = /[+-]\d\d:\d\d$/.exec(text || '');
    var offset = zone ? zone[0].replace(':', '') : /Z$/.test(text || '') ? '+0000' : '';
    return withoutMarks(String(text || '').replace(/([+-]\d\d:\d\d|Z)$/, '')) + offset;
}

function readQuantityOr(observation) {
    if (observation.valueQuantity) {
        return [String(observation.valueQuantity.value), observation.valueQuantity.unit || '', '', ''];
    }
    if (observation.valueCodeableConcept) {
        var code = coding(observation.valueCodeableConcept);
        return [code.code || '', '', code.display || observation.valueCodeableConcept.text || '', code.system || ''];
    }
    return [observation.valueString || observation.valueDateTime || '', '', '', ''];
}

// A status without a code of its own stays the word that it is, for a writer to refuse: it must not become a final one.
var reportStatuses = {
    registered: 'O', partial: 'A', preliminary: 'P', 'final': 'F', amended: 'C', corrected: 'C', appended: 'C',
    cancelled: 'X'
};
var statuses = {
    registered: 'O', preliminary: 'P', 'final': 'F', amended: 'C', corrected: 'C', cancelled: 'X', 'entered-in-error': 'W'
};
var record = {};
recordNames.forEach(function (name) { record[name] = ''; });
var patient = first(ofType('Patient'));
var order = first(ofType('ServiceRequest'));
var report = first(ofType('DiagnosticReport'));
var study = first(ofType('ImagingStudy'));
var number = first(patient.identifier);
var name = first(patient.name);
record.patient_id = number.value || '';
record.patient_id_system = String(number.system || '').replace(/^urn:oid:/, '');
record.family_name = name.family || '';
record.given_name = (name.given || [])[0] || '';
record.middle_name = (name.given || []).slice(1).join(' ');
record.birth_date = withoutMarks(patient.birthDate);
record.sex = { male: 'M', female: 'F', other: 'O', unknown: 'U' }[patient.gender] || '';
record.order_control = order.resourceType ? (order.status === 'revoked' ? 'CA' : 'NW') : '';
record.placer_order_number = identifierOfType(order, 'PLAC').value || identifierOfType(report, 'PLAC').value || '';
record.filler_order_number = identifierOfType(order, 'FILL').value || identifierOfType(report, 'FILL').value || '';
record.accession_number = identifierOfType(order, 'ACSN').value || identifierOfType(study, 'ACSN').value || '';
var procedure = order.code || report.code || {};
record.procedure_code = coding(procedure).code || '';
record.procedure_name = coding(procedure).display || procedure.text || study.description || '';
record.procedure_coding_system = coding(procedure).system || '';
record.observation_time = hl7Time(report.effectiveDateTime || order.occurrenceDateTime || study.started);
record.result_status = reportStatuses[report.status] || report.status || '';
record.modality = first(study.modality).code || '';
(study.identifier || []).forEach(function (one) {
    if (one.system === 'urn:dicom:uid') {
        record.study_instance_uid = String(one.value).replace(/^urn:oid:/, '');
    }
});
record.document = first(report.presentedForm).contentType === 'application/pdf' ? first(report.presentedForm).data : '';
record.observations = ofType('Observation').map(function (observation) {
    var code = coding(observation.code);
    var value = readQuantityOr(observation);
    return {
        type: observation.valueQuantity ? 'NM' : observation.valueCodeableConcept ? 'CWE' : 'ST',
        code: code.code || '',
        text: code.display || (observation.code || {}).text || '',
        system: code.system || '',
        value: value[0],
        value_text: value[2],
        value_system: value[3],
        units: value[1],
        reference_range: first(observation.referenceRange).text || '',
        flag: coding(first(observation.interpretation)).code || '',
        status: statuses[observation.status] || observation.status || ''
    };
});
record.document = record.document || '';
channelMap.put('record', JSON.stringify(record));
