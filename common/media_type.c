/* SPDX-License-Identifier: ISC */
/* media_type: the types that models are shown, as IANA has them. */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "media_type.h"

static const struct { const char *end, *type; } types[] = {
	{ "txt", "text/plain" }, { "text", "text/plain" }, { "log", "text/plain" }, { "md", "text/markdown" },
	{ "markdown", "text/markdown" }, { "html", "text/html" }, { "htm", "text/html" }, { "css", "text/css" },
	{ "csv", "text/csv" }, { "tsv", "text/tab-separated-values" }, { "json", "application/json" },
	{ "jsonl", "application/jsonl" }, { "yaml", "application/yaml" }, { "yml", "application/yaml" },
	{ "toml", "application/toml" }, { "xml", "application/xml" }, { "sql", "application/sql" }, { "ics", "text/calendar" },
	{ "vcf", "text/vcard" }, { "pdf", "application/pdf" }, { "png", "image/png" }, { "jpg", "image/jpeg" },
	{ "jpeg", "image/jpeg" }, { "gif", "image/gif" }, { "webp", "image/webp" }, { "svg", "image/svg+xml" },
	{ "avif", "image/avif" }, { "bmp", "image/bmp" }, { "ico", "image/vnd.microsoft.icon" }, { "wav", "audio/wav" },
	{ "mp3", "audio/mpeg" }, { "ogg", "audio/ogg" }, { "flac", "audio/flac" }, { "m4a", "audio/mp4" },
	{ "mp4", "video/mp4" }, { "webm", "video/webm" }, { "zip", "application/zip" }, { "gz", "application/gzip" },
	{ "tar", "application/x-tar" },
	{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "odt", "application/vnd.oasis.opendocument.text" }, { "ods", "application/vnd.oasis.opendocument.spreadsheet" },
};

static const char *const scripts[] = {
	"sh", "bash", "py", "pyc", "php", "pl", "pm", "rb", "js", "mjs", "cjs", "ts", "lua", "tcl", "awk", "cgi", "fcgi",
};

static const char *end_of(const char *name)
{
	const char *slash = strrchr(name, '/'), *dot = strrchr(slash ? slash : name, '.');

	return dot ? dot + 1 : "";
}

const char *media_type_of(const char *name)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcasecmp(types[i].end, end_of(name)) == 0)
			return types[i].type;
	return NULL;
}

bool media_type_is_script(const char *name)
{
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		if (strcasecmp(scripts[i], end_of(name)) == 0)
			return true;
	return false;
}
