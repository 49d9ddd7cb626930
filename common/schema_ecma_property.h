/* SPDX-License-Identifier: ISC */
/* schema_ecma_property: the names that \p{...} may hold (ECMA-262, "Unicode Property Escapes"). */
#ifndef SCHEMA_ECMA_PROPERTY_H
#define SCHEMA_ECMA_PROPERTY_H

/* As PCRE2 spells the property, or NULL for what cannot be one; whether there is such a script PCRE2 knows. */
const char *schema_ecma_property(const char *name) __attribute__((nonnull));

#endif
