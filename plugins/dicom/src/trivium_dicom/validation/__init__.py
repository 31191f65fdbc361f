"""Does a DICOM file conform to the definition of its information object, and to the encoding rules?"""
