// Puts the PDF of the record into a DICOM object (PS3.3 A.45.1, Encapsulated PDF) with the patient and the study.
var dcm = Packages.org.dcm4che2.data;
var object = new dcm.BasicDicomObject();

function putText(tag, vr, value) {
    object.putString(tag, dcm.VR[vr], String(value || ''));
}

function newUid() {
    return String(Packages.org.dcm4che2.util.UIDUtils.createUID());
}

var bytes = FileUtil.decode(record.document);
var instanceUid = newUid();
var name = [record.family_name, record.given_name, record.middle_name]
    .map(function (part) { return String(part || '').replace(/[\^=\\]/g, ' '); })
    .join('^').replace(/\^+$/, '');
putText(0x00080005, 'CS', 'ISO_IR 192');
putText(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.104.1');
putText(0x00080018, 'UI', instanceUid);
putText(0x00080020, 'DA', (record.observation_time || '').substring(0, 8));
putText(0x00080023, 'DA', '');
putText(0x00080030, 'TM', (record.observation_time || '').substring(8, 14).replace(/\D.*$/, ''));
putText(0x00080033, 'TM', '');
putText(0x00080050, 'SH', (record.accession_number || '').substring(0, 16));
putText(0x00080060, 'CS', 'DOC');
putText(0x00080064, 'CS', 'WSD');
putText(0x00080070, 'LO', '');
putText(0x00080090, 'PN', '');
putText(0x00081030, 'LO', (record.procedure_name || '').replace(/\\/g, ' ').substring(0, 64));
putText(0x00100010, 'PN', name);
putText(0x00100020, 'LO', (record.patient_id || '').replace(/\\/g, ' ').substring(0, 64));
putText(0x00100030, 'DA', (record.birth_date || '').length >= 8 ? record.birth_date.substring(0, 8) : '');
putText(0x00100040, 'CS', /^[MFO]$/.test(record.sex) ? record.sex : '');
putText(0x0020000D, 'UI', record.study_instance_uid || newUid());
putText(0x0020000E, 'UI', newUid());
putText(0x00200010, 'SH', '');
putText(0x00200011, 'IS', '1');
putText(0x00200013, 'IS', '1');
putText(0x00280301, 'CS', 'YES');
putText(0x00420010, 'ST', record.procedure_name);
object.putSequence(0x0040A043);
object.putBytes(0x00420011, dcm.VR.OB, java.util.Arrays.copyOf(bytes, bytes.length + (bytes.length % 2)));
putText(0x00420012, 'LO', 'application/pdf');
object.initFileMetaInformation('1.2.840.10008.5.1.4.1.1.104.1', instanceUid, '1.2.840.10008.1.2.1');
msg = String(FileUtil.encode(DICOMUtil.dicomObjectToByteArray(object)));
