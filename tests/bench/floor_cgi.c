/* SPDX-License-Identifier: ISC */
/* floor_cgi: the CGI program that does nothing: what starting a process behind this web server costs. */
#include <stdio.h>

int main(void)
{
	fputs("Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", stdout);
	return 0;
}
