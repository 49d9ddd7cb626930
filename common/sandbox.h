/* SPDX-License-Identifier: ISC */
/* sandbox: what a web program gives up before it looks at the first byte from outside. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>

/*
 * No core files (they would hold tokens), no ptrace by others, no new privileges, files for nobody else (umask 077), and
 * signals that a full disk or a gone client would send are ignored, so that they become errors.  Standard input,
 * output and error exist afterwards.  False, with a line in the log, when the process is root's.
 */
bool sandbox_enter(void) __attribute__((warn_unused_result));

#endif
