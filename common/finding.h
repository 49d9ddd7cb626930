/* SPDX-License-Identifier: ISC */
/* finding: what somebody has found who looked at an installation: the program doctor from outside, hostcheck at its files. */
#ifndef FINDING_H
#define FINDING_H

enum finding_state {
	FINDING_WELL,
	FINDING_UNSEEN,			/* it could not be looked at; said has why */
	FINDING_WARNING,		/* it works, and is not as it should be */
	FINDING_WRONG,
};

struct finding {
	const char *check;		/* what was looked at, one word */
	enum finding_state state;
	const char *said;		/* one line of printable ASCII and UTF-8 */
	const char *mend;		/* what mends it: lines for a file or a shell, without a break at the end; or NULL */
};

#endif
