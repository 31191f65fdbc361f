"""FHIR to HL7 v2: the guide's rows run backwards, from a Bundle to a message with an account of every value."""
