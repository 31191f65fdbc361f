// A date or time as HL7 v2 writes it: of ISO 8601, as databases and JSON have it, or as it stands.
function hl7Time(value) {
    var iso = /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?$/;
    return String(value).replace(iso, function (whole, year, month, day, hour, minute, second, zone) {
        var time = year + month + (day || '') + (hour || '') + (minute || '') + (second || '');
        return time + (zone === 'Z' ? '+0000' : (zone || '').replace(':', ''));
    });
}
