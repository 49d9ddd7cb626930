// SPDX-License-Identifier: ISC
//
// Lines for s.web that lead to the page of set-up, for those fronts of which the installed configuration does not.

export const SETUP_ROUTE = {
	inproc: [],
	htaccess: [],
	'htaccess-fcgid': [],
	'htaccess-sub': [],
	cgi: [
		'$HTTP["url"] =~ "^/setup(/|$)" {',
		'\talias.url = ( "/setup" => var.mcp_cgi + "/setup" )',
		'\tcgi.assign = ( var.mcp_cgi + "/setup" => "" )',
		'\tsetenv.add-environment = ( "MCP_CGI_CONF" => var.mcp_conf )',
		'}',
	],
	fastcgi: [
		'$HTTP["url"] =~ "^/setup(/|$)" {',
		'\tfastcgi.server = ( "/setup" => (( "socket" => var.mcp_run + "/mcp-cgi-setup", "bin-path" => var.mcp_cgi + "/setup",',
		'\t\t"bin-environment" => ( "MCP_CGI_CONF" => var.mcp_conf ), "bin-copy-environment" => ( "PATH" ),',
		'\t\t"max-procs" => 1, "check-local" => "disable" )) )',
		'}',
	],
};
