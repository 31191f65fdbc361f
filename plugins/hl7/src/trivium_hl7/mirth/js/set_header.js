// Says who sends and who receives, in MSH-3 to MSH-6, where the channel was given a name for it.
function setHeader(field, value) {
    if (value !== '') {
        msg['MSH'][0]['MSH.' + field]['MSH.' + field + '.1'] = value
            .replace(/[|^&~\\]/g, ' ');
    }
}

setHeader(3, hl7Header.sending_application);
setHeader(4, hl7Header.sending_facility);
setHeader(5, hl7Header.receiving_application);
setHeader(6, hl7Header.receiving_facility);
