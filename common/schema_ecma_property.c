/* SPDX-License-Identifier: ISC */
/* schema_ecma_property: PCRE2 knows general categories by their short names only. */
#include <stddef.h>
#include <string.h>

#include "schema_ecma_property.h"

static const struct { const char *name, *pcre; } categories[] = {
	{ "Other", "C" }, { "Control", "Cc" }, { "cntrl", "Cc" }, { "Format", "Cf" }, { "Unassigned", "Cn" },
	{ "Private_Use", "Co" }, { "Surrogate", "Cs" },
	{ "Letter", "L" }, { "Cased_Letter", "L&" }, { "LC", "L&" }, { "Lowercase_Letter", "Ll" },
	{ "Modifier_Letter", "Lm" }, { "Other_Letter", "Lo" }, { "Titlecase_Letter", "Lt" }, { "Uppercase_Letter", "Lu" },
	{ "Mark", "M" }, { "Combining_Mark", "M" }, { "Spacing_Mark", "Mc" }, { "Enclosing_Mark", "Me" },
	{ "Nonspacing_Mark", "Mn" },
	{ "Number", "N" }, { "Decimal_Number", "Nd" }, { "digit", "Nd" }, { "Letter_Number", "Nl" }, { "Other_Number", "No" },
	{ "Punctuation", "P" }, { "punct", "P" }, { "Connector_Punctuation", "Pc" }, { "Dash_Punctuation", "Pd" },
	{ "Close_Punctuation", "Pe" }, { "Final_Punctuation", "Pf" }, { "Initial_Punctuation", "Pi" },
	{ "Other_Punctuation", "Po" }, { "Open_Punctuation", "Ps" },
	{ "Symbol", "S" }, { "Currency_Symbol", "Sc" }, { "Modifier_Symbol", "Sk" }, { "Math_Symbol", "Sm" },
	{ "Other_Symbol", "So" },
	{ "Separator", "Z" }, { "Line_Separator", "Zl" }, { "Paragraph_Separator", "Zp" }, { "Space_Separator", "Zs" },
};

const char *schema_ecma_property(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_=";
	static const char *const category[] = { "General_Category=", "gc=" };

	if (!*name || name[strspn(name, letters)])
		return NULL;
	for (size_t i = 0; i < sizeof category / sizeof *category; i++)
		if (strncmp(name, category[i], strlen(category[i])) == 0)
			name += strlen(category[i]);
	for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
		if (strcmp(name, categories[i].name) == 0)
			return categories[i].pcre;
	return *name ? name : NULL;
}
