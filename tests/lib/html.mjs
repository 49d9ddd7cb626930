// SPDX-License-Identifier: ISC
//
// Reads the pages as a browser would, as far as their simple markup goes: a tokenizer with quoted and unquoted
// attributes and character references, the forms with their fields and buttons, and the text that a person sees.

const NAMED = {
	amp: '&',
	lt: '<',
	gt: '>',
	quot: '"',
	apos: "'",
	nbsp: '\u00a0',
	copy: '\u00a9',
	mdash: '\u2014',
	ndash: '\u2013',
	hellip: '\u2026',
	middot: '\u00b7',
	rarr: '\u2192',
	larr: '\u2190',
};

export function decodeEntities(text) {
	return text.replace(/&(#x[0-9a-f]+|#[0-9]+|[a-z]+);/gi, (all, ref) => {
		if (ref[0] === '#') {
			const n = /^#x/i.test(ref) ? parseInt(ref.slice(2), 16) : parseInt(ref.slice(1), 10);
			return n > 0 && n <= 0x10ffff ? String.fromCodePoint(n) : '\ufffd';
		}
		return NAMED[ref.toLowerCase()] ?? all;
	});
}

const RAW_TEXT = new Set(['style', 'script', 'title', 'textarea']);

function readAttributes(html, at) {
	const attrs = {};
	const doubled = [];
	for (;;) {
		while (/[\s/]/.test(html[at] ?? '')) at++;
		if (at >= html.length) return { attrs, doubled, at };
		if (html[at] === '>') return { attrs, doubled, at: at + 1 };
		const name = /^[^\s=>/]+/.exec(html.slice(at, at + 4096))?.[0] ?? html[at];
		at += name.length;
		while (/\s/.test(html[at] ?? '')) at++;
		let value = '';
		if (html[at] === '=') {
			at++;
			while (/\s/.test(html[at] ?? '')) at++;
			const q = html[at];
			if (q === '"' || q === "'") {
				const end = html.indexOf(q, at + 1);
				value = html.slice(at + 1, end < 0 ? html.length : end);
				at = end < 0 ? html.length : end + 1;
			} else {
				const end = at + html.slice(at).search(/[\s>]/);
				value = html.slice(at, end < at ? html.length : end);
				at = end < at ? html.length : end;
			}
		}
		const key = name.toLowerCase();
		if (key in attrs) doubled.push(key);
		else attrs[key] = decodeEntities(value);
	}
}

/** The page as a list of { kind: 'open', name, attrs } | { kind: 'close', name } | { kind: 'text', text } | comments. */
export function tokenize(html) {
	const out = [];
	let at = 0;
	while (at < html.length) {
		const lt = html.indexOf('<', at);
		if (lt < 0) {
			out.push({ kind: 'text', text: decodeEntities(html.slice(at)) });
			break;
		}
		if (lt > at) out.push({ kind: 'text', text: decodeEntities(html.slice(at, lt)) });
		if (html.startsWith('<!--', lt)) {
			const end = html.indexOf('-->', lt + 4);
			out.push({ kind: 'comment', text: html.slice(lt + 4, end < 0 ? html.length : end) });
			at = end < 0 ? html.length : end + 3;
		} else if (/^<[!?]/.test(html.slice(lt, lt + 2))) {
			const end = html.indexOf('>', lt);
			out.push({ kind: 'declaration', text: html.slice(lt, end + 1) });
			at = end < 0 ? html.length : end + 1;
		} else if (/^<\/[a-z]/i.test(html.slice(lt, lt + 3))) {
			const end = html.indexOf('>', lt);
			out.push({
				kind: 'close',
				name: html
					.slice(lt + 2, end)
					.trim()
					.toLowerCase(),
			});
			at = end < 0 ? html.length : end + 1;
		} else if (/^<[a-z]/i.test(html.slice(lt, lt + 2))) {
			const name = /^<([a-z][a-z0-9-]*)/i.exec(html.slice(lt, lt + 64))[1].toLowerCase();
			const { attrs, doubled, at: next } = readAttributes(html, lt + 1 + name.length);
			out.push({ kind: 'open', name, attrs, doubled });
			at = next;
			if (RAW_TEXT.has(name)) {
				const close = html.toLowerCase().indexOf(`</${name}`, at);
				const end = close < 0 ? html.length : close;
				const text = html.slice(at, end);
				out.push({
					kind: 'text',
					text: name === 'style' || name === 'script' ? text : decodeEntities(text),
					raw: name,
				});
				at = end;
			}
		} else {
			out.push({ kind: 'text', text: '<', stray: true });
			at = lt + 1;
		}
	}
	return out;
}

/** The skeleton of the page: its elements and attribute names, without any text or value. */
export function skeleton(html) {
	return tokenize(html)
		.filter((t) => t.kind !== 'text')
		.map((t) =>
			t.kind === 'open'
				? `<${t.name} ${Object.keys(t.attrs).sort().join(' ')}>`
				: t.kind === 'close'
					? `</${t.name}>`
					: t.kind,
		)
		.join('\n');
}

/** What a person reads, blanks run together. */
export function visibleText(html) {
	return tokenize(html)
		.filter((t) => t.kind === 'text' && t.raw !== 'style' && t.raw !== 'script')
		.map((t) => t.text)
		.join(' ')
		.replace(/\s+/g, ' ')
		.trim();
}

/**
 * Every form: { action, method, fields: {name: value} of all named inputs, types: {name: type},
 * buttons: [{name, value, text}], text }.
 */
export function parseForms(html) {
	const forms = [];
	let form = null;
	let button = null;
	for (const t of tokenize(html)) {
		if (t.kind === 'open' && t.name === 'form') {
			form = {
				action: t.attrs.action ?? '',
				method: (t.attrs.method ?? 'get').toLowerCase(),
				enctype: t.attrs.enctype,
				target: t.attrs.target,
				fields: {},
				types: {},
				attrs: {},
				buttons: [],
				text: '',
			};
			forms.push(form);
		} else if (t.kind === 'close' && t.name === 'form') {
			form = null;
		} else if (form && t.kind === 'open' && t.name === 'input') {
			const type = (t.attrs.type ?? 'text').toLowerCase();
			if (type === 'submit')
				form.buttons.push({ name: t.attrs.name, value: t.attrs.value, text: t.attrs.value });
			else if (t.attrs.name !== undefined) {
				form.fields[t.attrs.name] = t.attrs.value ?? '';
				form.types[t.attrs.name] = type;
				form.attrs[t.attrs.name] = t.attrs;
			}
		} else if (form && t.kind === 'open' && t.name === 'button') {
			button = {
				name: t.attrs.name,
				value: t.attrs.value,
				type: t.attrs.type ?? 'submit',
				text: '',
				attrs: t.attrs,
			};
			form.buttons.push(button);
		} else if (t.kind === 'close' && t.name === 'button') {
			button = null;
		} else if (form && t.kind === 'text') {
			form.text += t.text;
			if (button) button.text = (button.text + t.text).trim();
		}
	}
	return forms;
}
