/* SPDX-License-Identifier: ISC */
/* child: what every child of ours does between fork(2) and execve(2); only calls that a signal handler might make. */
#ifndef CHILD_H
#define CHILD_H

/* Every signal as a program expects to find it: its usual effect, and none of them blocked. */
void child_reset_signals(void);

/* Closes all descriptors from this one on. */
void child_close_from(int first);

#endif
