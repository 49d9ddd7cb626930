/* SPDX-License-Identifier: ISC */
/*
 * standalone: what a static program that goes out to the network has to know itself, because the libraries that would know
 * it are another system's: how names are looked up, and where the certificates of the authorities lie.
 */
#ifndef STANDALONE_H
#define STANDALONE_H

/* Before the first name is looked up. */
void standalone_begin(void);

/* The file of the authorities on this system; NULL: libcurl knows, or there is none. */
const char *standalone_ca_file(void);

#endif
