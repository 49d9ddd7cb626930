/* SPDX-License-Identifier: ISC */
/*
 * deaf: preloaded (LD_PRELOAD) into the program fetch, it takes away what looks at an answer while it comes in, so that the settings
 * of the transfer stand alone: whatever they do with an answer, they do here; for the tests.
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdarg.h>

#undef curl_easy_setopt

static size_t heard(char *bytes, size_t size, size_t n, void *with)
{
	(void)bytes;
	(void)with;
	return size * n;
}

/* Every argument of the options that fetch uses is a long or a pointer, which are passed alike. */
CURLcode curl_easy_setopt(CURL *c, CURLoption option, ...)
{
	CURLcode (*next)(CURL *, CURLoption, ...) = (CURLcode (*)(CURL *, CURLoption, ...))dlsym(RTLD_NEXT, "curl_easy_setopt");
	va_list rest;
	void *value;

	va_start(rest, option);
	value = va_arg(rest, void *);
	va_end(rest);
	if (option == CURLOPT_HEADERFUNCTION || option == CURLOPT_WRITEFUNCTION)
		return next(c, option, heard);
	return next(c, option, value);
}
