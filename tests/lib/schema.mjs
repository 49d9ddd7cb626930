// SPDX-License-Identifier: ISC
//
// A small JSON Schema (2020-12) checker for what the server publishes: enough to hold a result against the
// outputSchema of its tool. A keyword that it does not know is an error, so that no part of a schema is passed over
// in silence.

const ASIDE = new Set(['$schema', '$id', '$comment', '$defs', 'title', 'description', 'default', 'examples', 'format',
	'deprecated', 'readOnly', 'writeOnly', 'x-mcp-header']);

const isObject = (v) => typeof v === 'object' && v !== null && !Array.isArray(v);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function isType(v, type) {
	switch (type) {
	case 'object': return isObject(v);
	case 'array': return Array.isArray(v);
	case 'string': return typeof v === 'string';
	case 'integer': return Number.isInteger(v);
	case 'number': return typeof v === 'number';
	case 'boolean': return typeof v === 'boolean';
	case 'null': return v === null;
	default: throw new Error(`unknown type ${JSON.stringify(type)}`);
	}
}

function resolve(root, ref) {
	if (ref !== '#' && !ref.startsWith('#/')) throw new Error(`a reference that is not local: ${ref}`);
	let at = root;
	for (const step of ref.split('/').slice(1)) {
		at = at?.[decodeURIComponent(step).replace(/~1/g, '/').replace(/~0/g, '~')];
		if (at === undefined) throw new Error(`a reference to nothing: ${ref}`);
	}
	return at;
}

const COUNT = {
	minLength: (v, n) => typeof v !== 'string' || [...v].length >= n,
	maxLength: (v, n) => typeof v !== 'string' || [...v].length <= n,
	pattern: (v, n) => typeof v !== 'string' || new RegExp(n, 'u').test(v),
	minimum: (v, n) => typeof v !== 'number' || v >= n,
	maximum: (v, n) => typeof v !== 'number' || v <= n,
	exclusiveMinimum: (v, n) => typeof v !== 'number' || v > n,
	exclusiveMaximum: (v, n) => typeof v !== 'number' || v < n,
	minItems: (v, n) => !Array.isArray(v) || v.length >= n,
	maxItems: (v, n) => !Array.isArray(v) || v.length <= n,
	uniqueItems: (v, n) => !n || !Array.isArray(v) || new Set(v.map((x) => JSON.stringify(x))).size === v.length,
	minProperties: (v, n) => !isObject(v) || Object.keys(v).length >= n,
	maxProperties: (v, n) => !isObject(v) || Object.keys(v).length <= n,
	enum: (v, n) => n.some((x) => same(x, v)),
	const: (v, n) => same(v, n),
	type: (v, n) => [n].flat().some((t) => isType(v, t)),
};

function checkObject(v, schema, root, at, out) {
	const props = schema.properties ?? {};
	const patterns = Object.entries(schema.patternProperties ?? {});
	for (const name of schema.required ?? [])
		if (!(name in v)) out.push(`${at}: ${name} is missing`);
	for (const [name, value] of Object.entries(v)) {
		const here = `${at}/${name}`;
		let known = false;
		if (Object.hasOwn(props, name)) {
			known = true;
			walk(value, props[name], root, here, out);
		}
		for (const [re, sub] of patterns) {
			if (!new RegExp(re, 'u').test(name)) continue;
			known = true;
			walk(value, sub, root, here, out);
		}
		if (!known && schema.additionalProperties !== undefined) walk(value, schema.additionalProperties, root, here, out);
	}
}

function checkArray(v, schema, root, at, out) {
	const first = schema.prefixItems ?? [];
	v.forEach((one, i) => {
		if (i < first.length) walk(one, first[i], root, `${at}/${i}`, out);
		else if (schema.items !== undefined) walk(one, schema.items, root, `${at}/${i}`, out);
	});
}

const APPLIED = {
	properties: null, patternProperties: null, additionalProperties: null, required: null, items: null, prefixItems: null,
	$ref: (v, ref, root, at, out) => walk(v, resolve(root, ref), root, at, out),
	allOf: (v, list, root, at, out) => list.forEach((one) => walk(v, one, root, at, out)),
	anyOf: (v, list, root, at, out) => {
		if (!list.some((one) => check(v, one, root).length === 0)) out.push(`${at}: none of anyOf`);
	},
	oneOf: (v, list, root, at, out) => {
		const n = list.filter((one) => check(v, one, root).length === 0).length;
		if (n !== 1) out.push(`${at}: ${n} of oneOf`);
	},
	not: (v, one, root, at, out) => {
		if (check(v, one, root).length === 0) out.push(`${at}: what it must not be`);
	},
};

function walk(v, schema, root, at, out) {
	if (schema === true) return;
	if (schema === false) {
		out.push(`${at}: nothing is allowed here`);
		return;
	}
	if (!isObject(schema)) throw new Error(`not a schema: ${JSON.stringify(schema)}`);
	for (const [key, value] of Object.entries(schema)) {
		if (ASIDE.has(key)) continue;
		if (COUNT[key]) {
			if (!COUNT[key](v, value)) out.push(`${at}: ${JSON.stringify(v)?.slice(0, 80)} against ${key} ${JSON.stringify(value)}`);
		} else if (key in APPLIED) {
			APPLIED[key]?.(v, value, root, at, out);
		} else {
			throw new Error(`the keyword ${key} is not known to this checker`);
		}
	}
	if (isObject(v)) checkObject(v, schema, root, at, out);
	if (Array.isArray(v)) checkArray(v, schema, root, at, out);
}

/** What is wrong with the value, as a list of `place: reason`; an empty list is a valid value. */
export function check(value, schema, root = schema) {
	const out = [];
	walk(value, schema, root, '', out);
	return out;
}

/** Whether the schema itself is one that this checker can judge; throws with the first thing that is wrong. */
export function lint(schema, root = schema, at = '') {
	if (schema === true || schema === false) return;
	if (!isObject(schema)) throw new Error(`${at}: not a schema`);
	for (const [key, value] of Object.entries(schema)) {
		if (!ASIDE.has(key) && !COUNT[key] && !(key in APPLIED)) throw new Error(`${at}: unknown keyword ${key}`);
		if (key === 'type') for (const t of [value].flat()) isType(null, t);
		if (key === 'required' && !(Array.isArray(value) && value.every((x) => typeof x === 'string')))
			throw new Error(`${at}/required is not a list of names`);
		if (key === '$ref') resolve(root, value);
		if (key === 'properties' || key === 'patternProperties' || key === '$defs')
			for (const [name, sub] of Object.entries(value)) lint(sub, root, `${at}/${key}/${name}`);
		if (key === 'items' || key === 'additionalProperties' || key === 'not') lint(value, root, `${at}/${key}`);
		if (key === 'allOf' || key === 'anyOf' || key === 'oneOf' || key === 'prefixItems')
			value.forEach((sub, i) => lint(sub, root, `${at}/${key}/${i}`));
		if (COUNT[key] && /^(min|max)/.test(key) && typeof value !== 'number') throw new Error(`${at}/${key} is not a number`);
	}
}
