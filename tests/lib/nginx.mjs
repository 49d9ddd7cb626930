// SPDX-License-Identifier: ISC
//
// nginx with fcgiwrap in front of an installation, by the configuration that the page of the manual has.

export async function startServer() {
	throw new Error('not yet');
}

export const withToken = () => [];
