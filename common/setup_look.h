/* SPDX-License-Identifier: ISC */
/* setup_look: what is found on this host and at its address, for the page of set-up. */
#ifndef SETUP_LOOK_H
#define SETUP_LOOK_H

#include "context.h"
#include "page.h"

/* Fills in findings, count and unseen.  Takes up to half a minute; nothing may be open in the database. */
void setup_look(struct context *cx, struct setup_page *page) __attribute__((nonnull));

#endif
