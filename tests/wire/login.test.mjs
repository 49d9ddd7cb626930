// SPDX-License-Identifier: ISC
//
// Signing in: what a wrong password looks like, what a right one changes, who may not post the form, how guessing is
// slowed down, and when a session ends.

import crypto from 'node:crypto';
import { REAL } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { sleep } from '../lib/harness.mjs';
import { each, eq, lacks, match, oauthError, ok, oneOf, page, status } from '../lib/check.mjs';
import {
	answerOf,
	assertDead,
	authorize,
	authParams,
	consent,
	cookieNames,
	fieldsFor,
	follow,
	formFor,
	get,
	Jar,
	obtain,
	ownOrigin,
	parseForms,
	pkce,
	post,
	raw,
	refresh,
	register,
	sha256,
	signIn,
	skeleton,
	toConsent,
	tokenize,
	TRUSTED,
	visibleText,
} from '../lib/oauth.mjs';

/** A stranger's browser before the sign-in page: { client, jar, page }. */
async function atLogin(s, o = {}) {
	const client = o.client ?? (await register(s, o.metadata));
	const jar = o.jar ?? new Jar();
	const p = await follow(
		s,
		await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar),
		jar,
	);
	ok(p.status === 200 && formFor(p, 'login'), `sign-in page: ${p}`);
	return { client, jar, page: p };
}

const session = (s, jar) => jar.get(cookieNames(s).session);

function notSignedIn(s, r, jar) {
	ok(
		!r.cookies.some((c) => c.startsWith(cookieNames(s).session + '=') && !/max-age=0\b/i.test(c)),
		`no session cookie: ${r.cookies}`,
	);
	ok(!session(s, jar), 'no session in the browser');
}

/** Rows of the tables that hold sessions. */
function sessionRows(s) {
	return Object.entries(s.counts())
		.filter(([t]) => /session/.test(t))
		.reduce((sum, [, n]) => sum + n, 0);
}

const comparable = (r, username) => visibleText(r.text).split(username).join('USER');

row(
	'LG-01',
	'four ways to fail, one answer',
	async (s) => {
		s.addUser('mallory');
		eq(s.ctl(['user', 'disable', 'mallory']).status, 0, 'mcpctl user disable');
		const cases = [
			['wrong password', 'alice', 'not the password!'],
			['unknown user', 'nobody', s.password],
			['disabled user', 'mallory', s.password],
			['empty password', 'alice', ''],
			['empty user', '', s.password],
			['both empty', '', ''],
			['long user', 'u'.repeat(2000), s.password],
			['blank after the user', 'alice ', s.password],
		];
		const client = await register(s);
		const seen = [];
		for (const [name, username, password] of cases) {
			const { jar, page: p } = await atLogin(s, { client });
			const r = await signIn(s, p, jar, { username, password });
			page(r, 401, name);
			notSignedIn(s, r, jar);
			ok(formFor(r, 'login'), `${name}: the form again`);
			eq(formFor(r, 'login').fields.password, '', `${name}: password field`);
			ok(!password || !r.text.includes(password), `${name}: the password is not repeated`);
			seen.push([
				name,
				comparable(r, username || '\u0000'),
				skeleton(r.text),
				Object.keys(r.headers)
					.filter((h) => !['set-cookie', 'date', 'content-length'].includes(h))
					.sort(),
			]);
			const again = await signIn(s, r, jar);
			status(again, 303, `${name}: the right password on the same page`);
		}
		for (const [name, text, frame, headers] of seen.slice(1)) {
			eq(text, seen[0][1], `text after: ${name}`);
			eq(frame, seen[0][2], `elements after: ${name}`);
			eq(headers, seen[0][3], `headers after: ${name}`);
		}
	},
	{ own: true },
);

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

row(
	'LG-01',
	'an unknown or disabled user takes as long as a wrong password',
	async (s) => {
		s.addUser('mallory');
		s.ctl(['user', 'disable', 'mallory']);
		const { jar, page: p } = await atLogin(s);
		const users = { wrong: 'alice', unknown: 'nobody-here', disabled: 'mallory' };
		/** The quickest of eight tries each, taken in turns: what else the machine does only makes one slower. */
		const measure = async () => {
			const times = { wrong: [], unknown: [], disabled: [] };
			for (let i = 0; i < 8; i++) {
				for (const kind of Object.keys(times)) {
					const since = performance.now();
					const r = await signIn(s, p, jar.copy(), {
						username: users[kind],
						password: 'wrong wrong wrong',
					});
					times[kind].push(performance.now() - since);
					status(r, 401);
				}
			}
			return Object.fromEntries(Object.entries(times).map(([kind, list]) => [kind, Math.min(...list)]));
		};
		// another load on the machine can spoil one round; a difference that is in the program is in all three
		const told = [];
		for (let round = 0; round < 3; round++) {
			const m = await measure();
			const ratios = [m.unknown / m.wrong, m.disabled / m.wrong];
			if (ratios.every((x) => x > 0.8 && x < 1.25)) return;
			told.push(ratios.map((x) => x.toFixed(2)).join(' and '));
		}
		throw new Error(`time of unknown and disabled to wrong: ${told.join('; ')}`);
	},
	{ own: true, alone: true, settings: { password_ln: 13 } },
);

row('LG-02', 'signing in changes the id and kills the one before', async (s) => {
	const { jar, page: p } = await atLogin(s);
	const before = jar.copy();
	const pre = before.get(cookieNames(s).pre);
	const planted = crypto.randomBytes(32).toString('base64url');
	jar.map.set(cookieNames(s).session, planted);
	const r = await signIn(s, p, jar);
	status(r, 303);
	match(
		r.headers.location,
		new RegExp(`^(${s.issuer.replace(/[.]/g, '\\.')})?/authorize\\?pending=[A-Za-z0-9_-]+$`),
		'Location',
	);
	const id = session(s, jar);
	ok(id && id.length >= 43, `session cookie of 256 bits: ${id}`);
	ok(id !== planted && id !== pre, 'the id is new');
	const line = r.cookies.find((c) => c.startsWith(cookieNames(s).session + '='));
	lacks(line, /domain/i, 'session cookie');
	ok(!s.stored(id), 'the id is not stored');
	ok(
		s.dump().toLowerCase().includes(sha256(id).toString('hex')) ||
			s
				.dump()
				.toLowerCase()
				.includes(sha256(Buffer.from(id, 'base64url')).toString('hex')),
		'its SHA-256 is',
	);
	ok(formFor(await follow(s, r, jar), 'allow'), 'the consent page follows');
	const withPlanted = new Jar([[cookieNames(s).session, planted]]);
	const other = await follow(
		s,
		await authorize(
			s,
			authParams(s, await register(s), { code_challenge: pkce().challenge }),
			withPlanted,
		),
		withPlanted,
	);
	ok(formFor(other, 'login'), 'a planted id is no session');
	const replay = await signIn(s, p, before.copy());
	status(replay, [400, 403], 'the sign-in form with the old cookie');
	notSignedIn(s, replay, before.copy());
	const asSession = new Jar([[cookieNames(s).session, pre]]);
	ok(
		formFor(
			await follow(
				s,
				await authorize(
					s,
					authParams(s, await register(s), { code_challenge: pkce().challenge }),
					asSession,
				),
				asSession,
			),
			'login',
		),
		'the old cookie value is no session',
	);
});

row(
	'LG-02',
	'under https the cookies carry the __Host- prefix and Secure',
	async (s) => {
		const { jar, page: p } = await atLogin(s);
		match(p.cookies.join('\n') + [...jar.map].join('\n'), /__Host-mcp_pre/, 'cookie before sign-in');
		const r = await signIn(s, p, jar);
		status(r, 303);
		match(
			r.cookies.find((c) => c.startsWith('__Host-mcp_s=')),
			/^__Host-mcp_s=[A-Za-z0-9_-]{43,}(?=.*; Path=\/)(?=.*; Secure)(?=.*; HttpOnly)(?=.*; SameSite=Lax)/i,
			'session cookie',
		);
		ok(formFor(await follow(s, r, jar), 'allow'), 'consent page');
		const bare = new Jar([['mcp_s', session(s, jar)]]);
		ok(
			formFor(
				await follow(
					s,
					await authorize(
						s,
						authParams(s, await register(s), { code_challenge: pkce().challenge }),
						bare,
					),
					bare,
				),
				'login',
			),
			'the unprefixed name is not read',
		);
	},
	{ settings: { issuer: 'https://mcp.example' } },
);

row(
	'LG-03',
	"a sign-in that this browser's page did not send",
	async (s) => {
		const client = await register(s);
		const other = await atLogin(s, { client });
		const rows = sessionRows(s);
		await each(
			[
				['no csrf', (f) => ({ ...f, csrf: undefined })],
				['empty csrf', (f) => ({ ...f, csrf: '' })],
				['wrong csrf', (f) => ({ ...f, csrf: f.csrf.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')) })],
				['cut csrf', (f) => ({ ...f, csrf: f.csrf.slice(0, -1) })],
				['garbage csrf', (f) => ({ ...f, csrf: 'x' })],
				["another browser's csrf", (f) => ({ ...f, csrf: fieldsFor(other.page, 'login').csrf })],
				["another browser's form", () => fieldsFor(other.page, 'login')],
				[
					"another browser's request",
					(f) => ({ ...f, pending: fieldsFor(other.page, 'login').pending }),
				],
				['csrf of another request of ours', null],
				['no cookie', (f) => f, new Jar()],
				['another cookie', (f) => f, other.jar.copy()],
				['garbage cookie', (f) => f, new Jar([['mcp_pre', 'x']])],
				['doubled csrf', (f) => ({ ...f, csrf: [f.csrf, 'x'] })],
			],
			async (name, change, withJar) => {
				const mine = await atLogin(s, { client });
				let fields;
				if (change) fields = change(fieldsFor(mine.page, 'login'));
				else {
					const second = await atLogin(s, { client, jar: mine.jar });
					fields = { ...fieldsFor(mine.page, 'login'), csrf: fieldsFor(second.page, 'login').csrf };
				}
				const jar = withJar ?? mine.jar;
				const r = await post(s, { ...fields, username: 'alice', password: s.password }, jar);
				page(r, name === 'doubled csrf' ? [400, 403] : 403);
				notSignedIn(s, r, jar);
			},
		);
		const mine = await atLogin(s, { client });
		const f = fieldsFor(mine.page, 'login');
		const q = new URLSearchParams({ ...f, username: 'alice', password: s.password });
		for (const method of ['GET', 'HEAD']) {
			const r = await raw(s, { method, path: `/authorize?${q}`, headers: mine.jar.header() });
			oneOf(
				r.status,
				method === 'HEAD' ? [200, 400, 403, 405] : [200, 400, 403],
				`${method} with the password in the query`,
			);
			notSignedIn(s, r, mine.jar);
		}
		eq(sessionRows(s), rows, 'rows of sessions');
		status(await signIn(s, mine.page, mine.jar), 303, 'the form itself still works');
	},
	{ own: true },
);

const FOREIGN = (s) => {
	const { port } = new URL(s.issuer);
	return [
		['evil origin', { Origin: 'https://evil', 'Sec-Fetch-Site': undefined }],
		['evil origin, said to be ours', { Origin: 'https://evil.example' }],
		['cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
		['same-site', { 'Sec-Fetch-Site': 'same-site' }],
		['none', { 'Sec-Fetch-Site': 'none' }],
		['only cross-site', { Origin: undefined, 'Sec-Fetch-Site': 'cross-site' }],
		['null origin alone', { Origin: 'null', 'Sec-Fetch-Site': undefined }],
		['null origin, cross-site', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
		['null origin, same-site', { Origin: 'null', 'Sec-Fetch-Site': 'same-site' }],
		['other port', { Origin: `http://127.0.0.1:${Number(port) + 1}` }],
		['no port', { Origin: 'http://127.0.0.1' }],
		['longer port', { Origin: `http://127.0.0.1:${port}0` }],
		['other name', { Origin: `http://localhost:${port}` }],
		['other scheme', { Origin: `https://127.0.0.1:${port}` }],
		['our name inside', { Origin: `${s.issuer}.evil.example` }],
		['with a path', { Origin: `${s.issuer}/x` }],
		['garbage', { Origin: 'x' }],
		['unknown Sec-Fetch-Site', { 'Sec-Fetch-Site': 'SAME-ORIGINX' }],
	];
};

row('LG-04', 'forms sent from elsewhere change nothing', async (s) => {
	const client = await register(s);
	const at = await atLogin(s, { client });
	await each(FOREIGN(s), async (_, headers) => {
		const r = await signIn(s, at.page, at.jar, { headers });
		page(r, 403, 'sign-in');
		notSignedIn(s, r, at.jar);
	});
	status(await signIn(s, at.page, at.jar), 303, 'the same form from our own page');
	const flow = await toConsent(s, { client });
	await each(FOREIGN(s), async (_, headers) => {
		for (const choice of ['allow', 'deny'])
			page(await consent(s, flow.page, flow.jar.copy(), choice, { headers }), 403, choice);
	});
	status(await consent(s, flow.page, flow.jar), 303, 'the same consent form from our own page');
	await each(
		[
			['null origin, same-origin', { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }],
			['neither header', { Origin: undefined, 'Sec-Fetch-Site': undefined }],
			['only Origin', { 'Sec-Fetch-Site': undefined }],
			['only Sec-Fetch-Site', { Origin: undefined }],
		],
		async (_, headers) => {
			const own = await atLogin(s, { client });
			status(await signIn(s, own.page, own.jar, { headers }), 303);
		},
	);
});

/** Fails once; gives the answer, and how long it took. */
async function failOnce(s, at, username = 'alice', o = {}) {
	const since = performance.now();
	const r = await post(
		s,
		{ ...fieldsFor(at.page, 'login'), username, password: 'a wrong guess ' + Math.random() },
		at.jar.copy(),
		{},
		o,
	);
	return { r, ms: performance.now() - since };
}

function checkThrottled(r, what) {
	page(r, 429, what);
	ok(/^\d+$/.test(r.headers['retry-after'] ?? ''), `${what}: Retry-After ${r.headers['retry-after']}`);
	const n = Number(r.headers['retry-after']);
	ok(n >= 1 && n <= 900, `${what}: Retry-After ${n} is between 1 and 900`);
}

row(
	'LG-05',
	'eleven failures on one account: put off before any hashing, and not for long',
	async (s) => {
		const at = await atLogin(s);
		const slow = [];
		const quick = [];
		let first = 0;
		for (let i = 1; i <= 11; i++) {
			const { r, ms } = await failOnce(s, at);
			status(r, [401, 429], `failure ${i}`);
			if (r.status === 401) slow.push(ms);
			else {
				checkThrottled(r, `failure ${i}`);
				quick.push(ms);
				first ||= i;
			}
		}
		ok(first > 5 && first <= 11, `put off from failure ${first} on (five are free, eleven are too many)`);
		ok(
			median(quick) < median(slow) / 2,
			`put off without hashing: ${median(quick).toFixed(0)} ms, a failure takes ${median(slow).toFixed(0)} ms`,
		);
		const held = await signIn(s, at.page, at.jar.copy());
		oneOf(held.status, [303, 429], 'right password at once');
		let r = held;
		for (let i = 0; i < 3 && r.status === 429; i++) {
			ok(
				Number(r.headers['retry-after']) <= 8,
				`Retry-After ${r.headers['retry-after']} after few failures is short`,
			);
			await sleep(Number(r.headers['retry-after']) * 1000 + 300);
			r = await signIn(s, at.page, at.jar.copy());
		}
		status(r, 303, 'right password after the wait');
	},
	{ own: true, settings: { rate_limits: 'on', password_ln: 14 } },
);

row(
	'LG-05',
	'thirty failures from one address over many accounts',
	async (s) => {
		s.addUser('bob');
		const at = await atLogin(s);
		const far = await atLogin(s);
		const codes = [];
		for (let i = 1; i <= 30; i++) {
			const { r } = await failOnce(s, at, `user${i}`);
			status(r, [401, 429], `failure ${i}`);
			if (r.status === 429) checkThrottled(r, `failure ${i}`);
			codes.push(r.status);
		}
		eq(codes[29], 429, 'the thirtieth');
		const free = codes.filter((c) => c === 401).length;
		ok(free >= 10 && free <= 29, `${free} guesses were judged`);
		const { r } = await failOnce(s, at, 'userX', {});
		status(r, 429, 'one more from there');
		const forged = await post(
			s,
			{ ...fieldsFor(at.page, 'login'), username: 'userY', password: 'wrong wrong wrong' },
			at.jar.copy(),
			{ 'X-Forwarded-For': '8.8.8.8' },
		);
		status(forged, 429, 'with a forged address');
		if (s.front === 'inproc') return;
		status(
			await post(
				s,
				{ ...fieldsFor(far.page, 'login'), username: 'bob', password: s.password },
				far.jar,
				{},
				{ from: '127.0.0.3' },
			),
			303,
			'bob from another address',
		);
	},
	{ own: true, settings: { rate_limits: 'on' } },
);

row(
	'LG-05',
	'fifty guesses at once buy no more than fifty in a row',
	async (s) => {
		const at = await atLogin(s);
		const all = await Promise.all(Array.from({ length: 50 }, () => failOnce(s, at)));
		const judged = all.filter(({ r }) => r.status === 401).length;
		for (const { r } of all) status(r, [401, 429, 503]);
		for (const { r } of all.filter((x) => x.r.status === 429)) checkThrottled(r, 'parallel guess');
		ok(judged <= 11, `${judged} of 50 parallel guesses were judged`);
		ok(judged >= 1, 'at least one guess was judged');
	},
	{ own: true, settings: { rate_limits: 'on' }, fronts: REAL },
);

row(
	'LG-06',
	'odd passwords fail like any other, and every byte of a right one counts',
	async (s) => {
		const long = 'p'.repeat(60) + 'This goes on well past seventy-two bytes, up to about one hundred.';
		const spaced = '  spaced password  ';
		const unicode = 'p\u00e4ssw\u00f6rd \u20ac\u20ac\u20ac \ud83d\ude80\ud83d\ude80';
		const most = 'm'.repeat(1024);
		const users = { bob: long, carol: spaced, dave: most, erin: unicode };
		for (const [u, p] of Object.entries(users)) s.addUser(u, p);
		const client = await register(s);
		const tryIt = async (username, password) => {
			const at = await atLogin(s, { client });
			const f = fieldsFor(at.page, 'login');
			const r = await post(
				s,
				[
					...Object.entries(f).filter(([n]) => n !== 'username' && n !== 'password'),
					['username', username],
					['password', password],
				],
				at.jar,
			);
			if (r.status !== 303) notSignedIn(s, r, at.jar);
			return r;
		};
		for (const [u, p] of Object.entries(users)) status(await tryIt(u, p), 303, `${u}'s own password`);
		await each(
			[
				['1 025 bytes', 'alice', 'x'.repeat(1025)],
				['60 KiB', 'alice', 'x'.repeat(60000)],
				['one byte more than the most', 'dave', most + 'm'],
				['one byte less', 'dave', most.slice(1)],
				['NUL after', 'alice', s.password + '\u0000'],
				['NUL and more', 'alice', s.password + '\u0000x'],
				['NUL before', 'alice', '\u0000' + s.password],
				['first 72 bytes', 'bob', long.slice(0, 72)],
				['first 73 bytes', 'bob', long.slice(0, 73)],
				['last byte other', 'bob', long.slice(0, -1) + '!'],
				['NUL after 72', 'bob', long.slice(0, 72) + '\u0000' + long.slice(73)],
				['invalid UTF-8', 'alice', Buffer.from([0xff, 0xfe, 0x80])],
				[
					'invalid UTF-8 after',
					'alice',
					Buffer.concat([Buffer.from(s.password), Buffer.from([0xff])]),
				],
				['blank before', 'alice', ' ' + s.password],
				['blank after', 'alice', s.password + ' '],
				['newline after', 'alice', s.password + '\n'],
				['trimmed', 'carol', spaced.trim()],
				['other case', 'alice', s.password.toUpperCase()],
				['percent', 'alice', '%'],
				['plus for blank', 'alice', s.password.replace(/ /g, '+')],
			],
			async (name, username, password) => {
				const r = await tryIt(username, password);
				if (/NUL|invalid/.test(name) && r.status === 400) return page(r, 400);
				page(r, 401);
				ok(formFor(r, 'login'), 'the form again');
			},
		);
		const at = await atLogin(s, { client });
		const big = await post(
			s,
			{ ...fieldsFor(at.page, 'login'), username: 'alice', password: 'x'.repeat(1 << 20) },
			at.jar,
		);
		oneOf(big.status, [401, 413], 'status for 1 MiB');
		notSignedIn(s, big, at.jar);
		const badForm = await post(
			s,
			Buffer.concat([
				Buffer.from(
					`pending=${fieldsFor(at.page, 'login').pending}&csrf=${fieldsFor(at.page, 'login').csrf}&action=login&username=alice&password=`,
				),
				Buffer.from([0xff, 0x00, 0x01]),
			]),
			at.jar,
		);
		oneOf(badForm.status, [400, 401], 'status for raw bytes');
		notSignedIn(s, badForm, at.jar);
		for (const [what, p] of [
			['11 characters', 'eleven char'],
			['1 025 bytes', 'x'.repeat(1025)],
			['empty', ''],
		])
			ok(
				s.ctl(['user', 'add', 'frank', '--password-stdin'], p + '\n').status !== 0,
				`a password of ${what} is not taken`,
			);
		s.addUser('grace', '\u20ac'.repeat(12));
		ok(
			s.ctl(['user', 'add', 'heidi', '--password-stdin'], '\u20ac'.repeat(11) + '\n').status !== 0,
			'eleven characters of three bytes are not twelve',
		);
	},
	{ own: true },
);

row('LG-08', 'the way on after sign-in is ours alone', async (s) => {
	const client = await register(s, { redirect_uris: [TRUSTED] });
	const bad = [
		'https://evil.example/',
		'//evil.example',
		'/\\evil.example',
		'javascript:alert(1)',
		'\r\nLocation: https://evil.example',
	];
	await each(bad, async (target) => {
		const at = await atLogin(s, { client });
		const r = await signIn(s, at.page, at.jar, {
			fields: {
				return_to: target,
				next: target,
				redirect: target,
				redirect_uri: target,
				continue: target,
				url: target,
			},
		});
		status(r, 303);
		match(
			r.headers.location,
			/^(http:\/\/127\.0\.0\.1:\d+)?\/authorize\?pending=[A-Za-z0-9_-]+$/,
			'Location',
		);
	});
	const theirs = await atLogin(s, { client });
	const theirRequest = fieldsFor(theirs.page, 'login').pending;
	await each(
		[...bad, '', 'x', '../x', theirRequest, theirRequest + '&x=1', 'A'.repeat(22), 'A'.repeat(43)],
		async (request) => {
			const at = await atLogin(s, { client });
			const r = await signIn(s, at.page, at.jar, { fields: { pending: request } });
			page(r, [400, 403]);
			notSignedIn(s, r, at.jar);
		},
	);
	const mine = await atLogin(s, { client });
	status(await signIn(s, mine.page, mine.jar), 303);
	const peek = await get(s, `/authorize?pending=${theirRequest}`, mine.jar);
	page(peek, [400, 403], "another browser's pending request");
	ok(!formFor(peek, 'allow'), 'no consent for it');
	status(await signIn(s, theirs.page, theirs.jar), 303, 'its owner goes on undisturbed');
});

row('LG-09', 'user names are data', async (s) => {
	const client = await register(s);
	await each(
		[
			"' OR 1=1--",
			"alice' --",
			"alice'; DROP TABLE users; --",
			'%',
			'_',
			'alic_',
			'ali%',
			'a*',
			'[a]lice',
			'" OR ""="',
			"\\'",
			'alice\u0000x',
			"x' UNION SELECT 1,2,3 --",
			'<b>alice</b>',
			'${alice}',
			'../alice',
		],
		async (username) => {
			const at = await atLogin(s, { client });
			const r = await post(
				s,
				{ ...fieldsFor(at.page, 'login'), username, password: s.password },
				at.jar,
				{},
				{ content: true },
			);
			page(r, username.includes('\u0000') ? [400, 401] : 401);
			notSignedIn(s, r, at.jar);
			lacks(r.text, /<b>alice/, 'page');
		},
	);
	const at = await atLogin(s, { client });
	status(await signIn(s, at.page, at.jar), 303, 'alice is still there');
});

row(
	'LG-10',
	'signing out ends the session at once',
	async (s) => {
		const client = await register(s);
		const flow = await toConsent(s, { client });
		const old = flow.jar.copy();
		const form = parseForms(flow.page.text).find(
			(f) => f.fields.action === 'signout' || f.buttons.some((b) => b.value === 'signout'),
		);
		ok(form, 'a form to sign out');
		const rows = sessionRows(s);
		page(
			await post(s, { ...form.fields, action: 'signout', csrf: 'x' }, old.copy()),
			403,
			'sign-out without the right csrf',
		);
		eq(sessionRows(s), rows, 'rows of sessions after a forged sign-out');
		const r = await post(s, { ...form.fields, action: 'signout' }, flow.jar);
		status(r, [200, 303]);
		ok(!session(s, flow.jar), 'the cookie is taken back');
		eq(sessionRows(s), rows - 1, 'rows of sessions');
		const again = await follow(
			s,
			await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), old),
			old,
		);
		ok(formFor(again, 'login'), 'the old cookie leads to the sign-in page');
		const late = await consent(s, flow.page, old);
		page(late, [400, 403], 'consent with the old cookie');
	},
	{ own: true },
);

row(
	'LG-10',
	'a new password ends all sessions, tokens and codes of that user',
	async (s) => {
		s.addUser('bob');
		const a = await obtain(s);
		const b = await obtain(s, { client: a.client });
		const other = await obtain(s, { username: 'bob' });
		const r = s.ctl(['user', 'passwd', 'alice', '--password-stdin'], 'another good passphrase\n');
		eq(r.status, 0, `mcpctl user passwd (${r.stderr.trim()})`);
		s.passwords.add('another good passphrase');
		for (const x of [a, b]) {
			oauthError(await refresh(s, x.client, x.tokens.refresh_token), 400, 'invalid_grant', 'refresh');
			await assertDead(s, x.tokens.access_token);
			const p = await follow(
				s,
				await authorize(s, authParams(s, x.client, { code_challenge: pkce().challenge }), x.jar),
				x.jar,
			);
			ok(formFor(p, 'login'), 'sign-in page');
		}
		status(await refresh(s, other.client, other.tokens.refresh_token), 200, "bob's refresh");
		const at = await atLogin(s);
		status(await signIn(s, at.page, at.jar), 401, 'the old password');
		status(
			await signIn(s, at.page, at.jar, { password: 'another good passphrase' }),
			303,
			'the new password',
		);
	},
	{ own: true },
);

async function isKnown(s, client, jar) {
	const p = await follow(
		s,
		await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar),
		jar,
	);
	status(p, 200);
	ok(formFor(p, 'login') || formFor(p, 'allow'), `sign-in or consent: ${p}`);
	return !!formFor(p, 'allow');
}

row(
	'LG-11',
	'a session ends when nobody uses it',
	async (s) => {
		const flow = await toConsent(s);
		const late = await toConsent(s);
		ok(await isKnown(s, flow.client, flow.jar.copy()), 'known at once');
		await sleep(6300);
		ok(!(await isKnown(s, flow.client, flow.jar.copy())), 'unknown after the idle time');
		page(await consent(s, late.page, late.jar), [400, 403], 'consent after the idle time');
	},
	{ own: true, settings: { session_idle_ttl: 5, session_ttl: 60 } },
);

row(
	'LG-11',
	'and at last even when somebody does',
	async (s) => {
		const flow = await toConsent(s);
		const since = Date.now();
		for (let i = 0; i < 4; i++) {
			await sleep(500);
			ok(await isKnown(s, flow.client, flow.jar.copy()), `known after ${Date.now() - since} ms`);
		}
		await sleep(Math.max(0, 11500 - (Date.now() - since)));
		ok(!(await isKnown(s, flow.client, flow.jar.copy())), 'unknown after the whole time');
	},
	{ own: true, settings: { session_idle_ttl: 10, session_ttl: 10 } },
);

row('LG-11', 'cookies that are no session', async (s) => {
	const client = await register(s);
	const n = cookieNames(s);
	await each(
		[
			['unknown', 'A'.repeat(43)],
			['random', crypto.randomBytes(32).toString('base64url')],
			['short', 'x'],
			['empty', ''],
			['long', 'x'.repeat(3000)],
			['SQL', "' OR 1=1--"],
			['percent', '%00%ff'],
			['quoted', '"abc"'],
			['blanks', ' a b '],
			['base64', 'ab+/=='],
			['equals', '==='],
		],
		async (_, value) => {
			for (const header of [
				`${n.session}=${value}`,
				`${n.pre}=${value}`,
				`${n.session}=${value}; ${n.pre}=${value}`,
				`x=1; ${n.session}=${value}; ${n.session}=other`,
				`${n.session}`,
				`;;${n.session}=${value};;`,
			]) {
				const r = await raw(s, {
					path: `/authorize?${new URLSearchParams(authParams(s, client, { code_challenge: pkce().challenge }))}`,
					headers: { Cookie: header },
				});
				status(r, 200);
				ok(formFor(r, 'login'), `sign-in page: ${r}`);
			}
		},
	);
});

row('LG-14', 'the headers of the sign-in page', async (s) => {
	const { page: p } = await atLogin(s);
	const csp = p.headers['content-security-policy']
		.split(';')
		.map((d) => d.trim())
		.filter(Boolean);
	for (const need of [
		"default-src 'none'",
		"base-uri 'none'",
		"frame-ancestors 'none'",
		"form-action 'self'",
	])
		ok(csp.includes(need), `Content-Security-Policy has ${need}: ${csp.join('; ')}`);
	const style = csp.find((d) => d.startsWith('style-src'));
	match(style, /^style-src 'sha256-[A-Za-z0-9+/]{43}='$/, 'style-src');
	eq(p.headers['x-frame-options'], 'DENY', 'X-Frame-Options');
	eq(p.headers['referrer-policy'], 'same-origin', 'Referrer-Policy');
	match(p.headers['cache-control'], /no-store/, 'Cache-Control');
	eq(p.headers['x-content-type-options'], 'nosniff', 'X-Content-Type-Options');
	eq(p.headers['cross-origin-opener-policy'], 'same-origin', 'Cross-Origin-Opener-Policy');
	const sheets = tokenize(p.text).filter((t) => t.kind === 'text' && t.raw === 'style');
	eq(sheets.length, 1, 'number of style sheets');
	ok(
		style.includes(`'sha256-${crypto.createHash('sha256').update(sheets[0].text).digest('base64')}'`),
		'the hash is that of the style sheet',
	);
	ok(
		!tokenize(p.text).some(
			(t) => t.kind === 'open' && t.name === 'link' && /stylesheet/.test(t.attrs.rel ?? ''),
		),
		'no other style sheet',
	);
	match(p.headers['content-type'], /^text\/html; ?charset=utf-8$/i, 'Content-Type');
	const html = tokenize(p.text).find((t) => t.kind === 'open' && t.name === 'html');
	ok(html?.attrs.lang, 'the page says its language');
});

row('LG-14', 'and of every other page', async (s) => {
	const client = await register(s);
	const at = await atLogin(s, { client });
	const flow = await toConsent(s, { client });
	const pages = [
		await signIn(s, at.page, at.jar.copy(), { password: 'wrong wrong wrong' }),
		await post(s, { ...fieldsFor(at.page, 'login'), csrf: 'x' }, at.jar.copy()),
		await authorize(s, { client_id: 'x' }),
		await get(s, '/authorize'),
		await get(s, '/authorize?pending=x'),
		flow.page,
	];
	for (const p of pages) {
		eq(p.headers['x-frame-options'], 'DENY', `X-Frame-Options of ${p}`);
		const sheet = tokenize(p.text).find((t) => t.kind === 'text' && t.raw === 'style');
		if (sheet)
			ok(
				p.headers['content-security-policy'].includes(
					`'sha256-${crypto.createHash('sha256').update(sheet.text).digest('base64')}'`,
				),
				`the hash is that of the style sheet: ${p}`,
			);
	}
});
