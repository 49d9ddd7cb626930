/* SPDX-License-Identifier: ISC */
/* mcpctl_doctor: the parts of `mcpctl doctor` that write something instead of looking. */
#ifndef MCPCTL_DOCTOR_H
#define MCPCTL_DOCTOR_H

#include "mcpctl.h"

/* Prints the configuration of a web server for this installation.  Returns the exit status. */
int mcpctl_doctor_write(struct mcpctl *m, const char *server) __attribute__((nonnull));

/* Writes the documents of the metadata as files below a document root.  Returns the exit status. */
int mcpctl_doctor_static(struct mcpctl *m, const char *folder) __attribute__((nonnull));

#endif
