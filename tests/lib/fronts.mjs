// SPDX-License-Identifier: ISC
//
// The fronts: the in-process server, and the web servers that the shipped configuration is for. Tests choose among them
// by what they are about: a real web server, programs that stay (FastCGI), or programs that are started for each request (CGI).

/** lighttpd with mcp-fastcgi.conf and mcp-cgi.conf. */
export const LIGHTTPD = ['fastcgi', 'cgi'];
/**
 * Apache with the configuration of each name; those called htaccess have nothing but that file. htaccess-fcgid is htaccess
 * where the host has mod_fcgid: mcp is plain CGI there, too.
 */
export const APACHE = ['apache-fcgid', 'apache-proxy', 'apache-cgi', 'htaccess', 'htaccess-fcgid', 'htaccess-sub'];
/** nginx with fcgiwrap, as the page of the manual has it. */
export const NGINX = ['nginx'];

export const REAL = [...LIGHTTPD, ...APACHE, ...NGINX];
export const ALL = ['inproc', ...REAL];

/** Each request has a process of its own. */
export const AS_CGI = ['cgi', 'apache-cgi', 'htaccess', 'htaccess-fcgid', 'htaccess-sub', 'nginx'];
/** Processes stay. */
export const AS_FASTCGI = ['fastcgi', 'apache-proxy', 'apache-fcgid'];
/** Of these, a program is one process that forks workers; mod_fcgid starts a process when it needs one. */
export const WITH_WORKERS = ['fastcgi', 'apache-proxy'];

export const isCgi = (front) => AS_CGI.includes(front);
export const isFastcgi = (front) => AS_FASTCGI.includes(front);
export const hasWorkers = (front) => WITH_WORKERS.includes(front);
/** The program listen has a process for each stream, short, and there are few of them. */
export const ALONE = [...AS_CGI, 'apache-fcgid'];
export const sharesStreams = hasWorkers;

/** How long it may take until a program as plain CGI hears that its client has gone: lighttpd says so, the others let a write fail. */
export const HEARS_MS = (front) => (['inproc', ...LIGHTTPD].includes(front) ? 5000 : 45000);

/** A body that ends too early: mod_fcgid answers 500 then, and starts no program. */
export const CUT = (front) => (['apache-fcgid', 'htaccess-fcgid'].includes(front) ? [500] : []);

/** The programs that have an address. */
export const ROUTED = ['metadata', 'register', 'authorize', 'token', 'revoke', 'introspect', 'account', 'mcp', 'listen'];
