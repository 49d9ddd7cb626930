// SPDX-License-Identifier: ISC
//
// The reference server of the protocol's own people and a site of ours, asked the same by the SDK's client:
//
//	everything.mjs fastcgi|cgi
//
// Compared is the shape of the answers: which members, of which types, which error.  Where they differ the specification
// decides (2025-11-25, which both speak); then the difference is in NOTES with the reason, and a test elsewhere holds
// what we do.  A difference without a note is a failure, and so is a note without its difference.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema, LoggingMessageNotificationSchema, ProgressNotificationSchema, ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { freePort, sleep, start } from '../lib/harness.mjs';
import { obtain } from '../lib/oauth.mjs';

const EVERYTHING = fileURLToPath(new URL('../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url));
const SITE = fileURLToPath(new URL('site', import.meta.url));
const WAIT_MS = 20000;

/** A call of a tool of theirs and one of ours. */
const calls = (theirs, theirArgs, ours, ourArgs = {}) => ['tools/call', { name: theirs, arguments: theirArgs }, { name: ours, arguments: ourArgs }];
const both = (method, params = {}) => [method, params, params];
const only = (list, key, name) => (r) => ({ [list]: r[list].filter((x) => x[key] === name) });
const block = (type) => (r) => ({ ...r, content: r.content.filter((b) => b.type === type) });
const prompt = (name, args) => ({ name, ...(args ? { arguments: args } : {}) });

/** What is asked: a name; the method, the parameters for them and for us; what of the two results is looked at. */
const REQUESTS = {
	'ping': both('ping'),
	'list of tools': [...both('tools/list'), only('tools', 'name', 'echo'), only('tools', 'name', 'greet')],
	'tool with an output schema in the list': [...both('tools/list'), only('tools', 'name', 'get-structured-content'), only('tools', 'name', 'test_structured_content')],
	'list of tools from a wrong cursor': [...both('tools/list', { cursor: 'nowhere' }), (r) => ({ tools: !!r.tools }), (r) => ({ tools: !!r.tools })],
	'text': calls('echo', { message: 'x' }, 'greet', { name: 'x' }),
	'image': [...calls('get-tiny-image', {}, 'test_image_content'), block('image'), block('image')],
	'structured content': calls('get-structured-content', { location: 'New York' }, 'test_structured_content', { location: 'New York' }),
	'annotated content': calls('get-annotated-message', { messageType: 'error' }, 'test_annotated_content'),
	'resource link': [...calls('get-resource-links', { count: 1 }, 'test_resource_link'), block('resource_link'), block('resource_link')],
	'embedded resource': [...calls('get-resource-reference', { resourceType: 'Text', resourceId: 1 }, 'test_embedded_resource'), block('resource'), block('resource')],
	'argument that is missing': calls('echo', {}, 'greet', {}),
	'argument of the wrong type': calls('echo', { message: 5 }, 'greet', { name: 5 }),
	'unknown tool': calls('nobody', {}, 'nobody', {}),
	'progress': ['tools/call', { name: 'trigger-long-running-operation', arguments: { duration: 0.3, steps: 3 }, _meta: { progressToken: 'p' } },
		{ name: 'test_tool_with_progress', arguments: {}, _meta: { progressToken: 'p' } }],
	'question to the model': calls('trigger-sampling-request', { prompt: 'x' }, 'test_sampling', { prompt: 'x' }),
	'question to the person': [...calls('trigger-elicitation-request', {}, 'test_elicitation', { message: 'x' }), block('text'), block('text')],
	'list of resources': both('resources/list'),
	'list of templates': both('resources/templates/list'),
	'resource of text': ['resources/read', { uri: 'demo://resource/static/document/features.md' }, { uri: 'test://static-text' }],
	'resource of bytes': ['resources/read', { uri: 'demo://resource/dynamic/blob/1' }, { uri: 'test://static-binary' }],
	'resource by a template': ['resources/read', { uri: 'demo://resource/dynamic/text/1' }, { uri: 'test://template/1/data' }],
	'unknown resource': ['resources/read', { uri: 'demo://nowhere' }, { uri: 'test://nowhere' }],
	'subscribe': ['resources/subscribe', { uri: 'demo://resource/static/document/features.md' }, { uri: 'test://watched-resource' }],
	'unsubscribe': ['resources/unsubscribe', { uri: 'demo://resource/static/document/features.md' }, { uri: 'test://watched-resource' }],
	'list of prompts': [...both('prompts/list'), only('prompts', 'name', 'resource-prompt'), only('prompts', 'name', 'test_prompt_with_arguments')],
	'prompt': ['prompts/get', prompt('simple-prompt'), prompt('test_simple_prompt')],
	'prompt with arguments': ['prompts/get', prompt('args-prompt', { city: 'Rome', state: 'x' }), prompt('test_prompt_with_arguments', { arg1: 'a', arg2: 'b' })],
	'prompt with a resource': ['prompts/get', prompt('resource-prompt', { resourceType: 'Text', resourceId: '1' }), prompt('test_prompt_with_embedded_resource', { resourceUri: 'test://x' })],
	'prompt without its argument': ['prompts/get', prompt('args-prompt'), prompt('test_prompt_with_arguments')],
	'unknown prompt': ['prompts/get', prompt('nobody'), prompt('nobody')],
	'completion of an argument': ['completion/complete', { ref: { type: 'ref/prompt', name: 'completable-prompt' }, argument: { name: 'department', value: 'E' } },
		{ ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' }, argument: { name: 'arg1', value: 't' } }],
	'completion of a template': ['completion/complete', { ref: { type: 'ref/resource', uri: 'demo://resource/dynamic/text/{resourceId}' }, argument: { name: 'resourceId', value: '1' } },
		{ ref: { type: 'ref/resource', uri: 'test://template/{id}/data' }, argument: { name: 'id', value: '1' } }],
	'completion of nothing': both('completion/complete', { ref: { type: 'ref/prompt', name: 'nobody' }, argument: { name: 'x', value: '' } }),
	'level of the log': both('logging/setLevel', { level: 'debug' }),
	'unknown level': both('logging/setLevel', { level: 'loud' }),
	'unknown method': both('nobody/knows'),
};

/** Differences and why they stand; '-' is theirs alone, '+' ours alone. */
const NO_TASKS = 'tasks of 2025-11-25 are an experiment that the next revision took out again; a tool without "execution" forbids them ("Tasks")';
const DRAFT = 'JSON Schema 2020-12 is meant where no $schema says otherwise ("JSON Schema Usage")';
const DESCRIBED = 'optional; the description of the list, once more';
const NOTES = {
	'list of tools': { '- .tools[].execution.taskSupport string': NO_TASKS, '- .tools[].inputSchema.$schema string': DRAFT },
	'tool with an output schema in the list': { '- .tools[].execution.taskSupport string': NO_TASKS, '- .tools[].inputSchema.$schema string': DRAFT,
		'- .tools[].outputSchema.$schema string': DRAFT },
	'list of tools from a wrong cursor': { '- .tools boolean': 'they begin again', '+ error -32602': 'an invalid cursor should be this error ("Pagination")' },
	'unknown tool': { '- .content[].text string': 'they make it a result', '- .content[].type "text"': 'the same', '- .isError true': 'the same',
		'+ error -32602': 'an unknown tool is an error of the protocol, with this code ("Tools", "Error Handling")' },
	'initialize': { '- .capabilities.tasks.cancel {}': NO_TASKS, '- .capabilities.tasks.list {}': NO_TASKS, '- .capabilities.tasks.requests.tools.call {}': NO_TASKS },
	'question to the model': { '- before it.params.systemPrompt string': 'optional; our fixture asks without it', '- before it.params.temperature number': 'the same' },
	'question to the person': { '+ before it.params.mode string': 'the default, said' },
	'list of resources': { '+ .resources[].size number': 'optional; known of a file' },
	'unknown resource': { '- error -32602': 'the code of the next revision', '+ error -32002': 'the code of this one ("Resources", "Error Handling")',
		'+ error.data.uri string': 'the example there has it' },
	'prompt': { '+ .description string': DESCRIBED },
	'prompt with arguments': { '+ .description string': DESCRIBED },
	'prompt with a resource': { '+ .description string': DESCRIBED },
	'unknown level': { '- error -32603': 'they have not looked', '+ error -32602': 'an invalid level is this error ("Logging", "Error Handling")' },
	'progress': { '+ before it.params.message string': 'optional; our fixture says what it is doing' },
};

/* ---- shapes ------------------------------------------------------------------------------------------------------- */

const LITERAL = ['type', 'role', 'isError', 'method', 'action', 'level'];
const MAPS = ['properties'];

/** The lines that make up the shape of a value: a path and a type each; names that are an owner's choice become *. */
function shape(value, at = '', key = '') {
	if (Array.isArray(value)) return value.length ? value.flatMap((v) => shape(v, `${at}[]`, key)) : [`${at} empty`];
	if (value === null || typeof value !== 'object') return [`${at} ${LITERAL.includes(key) ? JSON.stringify(value) : value === null ? 'null' : typeof value}`];
	if (at.endsWith('.requestedSchema.properties')) return [`${at} {*}`];
	const entries = Object.entries(value);
	if (!entries.length) return [`${at || 'result'} {}`];
	return entries.flatMap(([k, v]) => shape(v, `${at}.${MAPS.includes(key) ? '*' : k}`, MAPS.includes(key) ? '' : k));
}

const unique = (list) => [...new Set(list)].sort();

function differences(theirs, ours) {
	const [a, b] = [unique(theirs), unique(ours)];
	return [...a.filter((x) => !b.includes(x)).map((x) => `- ${x}`), ...b.filter((x) => !a.includes(x)).map((x) => `+ ${x}`)];
}

/* ---- the two servers ----------------------------------------------------------------------------------------------- */

async function startEverything() {
	const port = await freePort();
	const child = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], { env: { PATH: process.env.PATH, PORT: String(port) }, stdio: ['ignore', 'ignore', 'pipe'] });
	let said = '';
	child.stderr.on('data', (d) => { said += d; });
	process.on('exit', () => child.kill('SIGKILL'));
	for (const until = Date.now() + WAIT_MS; !/listening on port/.test(said); await sleep(50))
		if (child.exitCode !== null || Date.now() > until) throw new Error(`server-everything did not start: ${said.slice(-300)}`);
	return `http://127.0.0.1:${port}/mcp`;
}

/** A client that can be asked, and keeps what it was asked and told. */
async function connect(url, headers = {}) {
	const client = new Client({ name: 'everything-test', version: '1' }, { capabilities: { sampling: {}, elicitation: {}, roots: {} } });
	const heard = [];
	const hear = (schema, answer) => client.setRequestHandler(schema, (r) => { heard.push({ method: r.method, params: r.params }); return answer; });
	hear(CreateMessageRequestSchema, { role: 'assistant', content: { type: 'text', text: 'said' }, model: 'm', stopReason: 'endTurn' });
	hear(ElicitRequestSchema, { action: 'decline' });
	client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [] }));
	client.setNotificationHandler(ProgressNotificationSchema, (n) => { heard.push({ method: n.method, params: n.params }); });
	client.setNotificationHandler(LoggingMessageNotificationSchema, () => {});
	await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
	return { client, heard };
}

/** Asks once; the shape of the answer, and of what came before it. */
async function ask({ client, heard }, method, params, pick = (r) => r) {
	heard.length = 0;
	let answer;
	try {
		answer = shape(pick(await client.request({ method, params }, ResultSchema, { timeout: WAIT_MS })));
	} catch (e) {
		if (typeof e.code !== 'number') throw e;
		answer = [`error ${e.code}`, ...(e.data === undefined ? [] : shape(e.data, 'error.data'))];
	}
	return [...answer, ...heard.flatMap((h) => shape(h, 'before it'))];
}

/* ---- the comparison ------------------------------------------------------------------------------------------------ */

let passed = 0;
let failed = 0;
function say(name, faults) {
	if (faults.length) failed++;
	else passed++;
	console.log(faults.length ? `not ok - everything: ${name}: ${faults.join(' | ')}` : `ok - everything: ${name}`);
}

function compare(name, theirs, ours) {
	const found = differences(theirs, ours);
	const notes = NOTES[name] ?? {};
	const faults = [...found.filter((d) => !(d in notes)), ...Object.keys(notes).filter((n) => !found.includes(n)).map((n) => `a note without its difference: ${n}`)];
	say(name, faults);
}

const hello = ({ client }) => shape({ protocolVersion: client.transport.protocolVersion, capabilities: client.getServerCapabilities(), serverInfo: client.getServerVersion(),
	...(client.getInstructions() === undefined ? {} : { instructions: client.getInstructions() }) });

async function run(front) {
	const s = await start({ front, site: SITE });
	try {
		const { tokens } = await obtain(s, { scope: 'read:knowledge write:knowledge' });
		const theirs = await connect(await startEverything());
		const ours = await connect(`${s.issuer}/mcp`, { Authorization: `Bearer ${tokens.access_token}` });
		compare('initialize', hello(theirs), hello(ours));
		for (const [name, [method, theirParams, ourParams, theirPick, ourPick]] of Object.entries(REQUESTS))
			compare(name, await ask(theirs, method, theirParams, theirPick), await ask(ours, method, ourParams, ourPick));
		for (const name of Object.keys(NOTES).filter((n) => n !== 'initialize' && !(n in REQUESTS))) say(name, ['is not asked']);
		await Promise.all([theirs.client.close(), ours.client.close()]);
	} finally {
		await s.stop();
	}
}

const front = process.argv[2];
if (!['fastcgi', 'cgi', 'inproc'].includes(front)) {
	console.error('usage: everything.mjs fastcgi|cgi|inproc');
	process.exit(2);
}
await run(front).catch((e) => say('to the end', [String(e.stack).replace(/\s*\n\s*/g, ' / ')]));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
