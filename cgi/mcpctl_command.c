/* SPDX-License-Identifier: ISC */
/* mcpctl_command: what mcpctl can do, and how it says so; the manual page says more. */
#include <stddef.h>

#include "mcpctl_command.h"

const struct command commands[] = {
	{ "init", "", "[--issuer URL] [--database FILE] [--owner USER]", "make settings and database",
	  "Makes the folder of the settings file (mode 0700) if it is missing, the settings (0600), in which\n"
	  "every key stands as a comment with its default, and the database (0600).  Nothing that exists is\n"
	  "changed.\n"
	  "\n"
	  "  --issuer URL     public origin of the server: https://mcp.example.org, or http://127.0.0.1:8080\n"
	  "  --database FILE  where the database shall be, if not beside the settings; its folder must be there\n"
	  "  --owner USER     as root: whom the folder is given to; the user that the web server runs programs as\n"
	  "\n"
	  "Example:  mcpctl init --issuer https://mcp.example.org --owner www-data\n", mcpctl_init },
	{ "check", "", "", "say what is wrong with settings, files and database",
	  "Reads the settings as the programs do, looks at owners, permissions and the database, and measures\n"
	  "what a password costs.  Changes nothing.  The first fault is printed as FILE:LINE: reason.\n",
	  mcpctl_check },
	{ "doctor", "", "[URL] [--json] [--ca-file FILE] | --write SERVER | --static FOLDER",
	  "try what clients try, and say what mends it",
	  "Looks at the server from outside, as clients do: what a web server, a proxy or a firewall changes on the way, and the\n"
	  "lines that mend it there.  URL is what people type into their clients; without one it is the first endpoint of the\n"
	  "settings.  On the host, as root or as the owner of the database, it looks at the files, too, and takes a token of its own\n"
	  "along for a few minutes.  Exit status 1 if something is wrong.\n"
	  "\n"
	  "  --json            one JSON object a line: check, state, said, mend\n"
	  "  --ca-file FILE    certificates (PEM) to trust instead of the system's\n"
	  "  --write SERVER    print the configuration of this installation for apache, htaccess, htaccess-sub,\n"
	  "                    lighttpd or nginx\n"
	  "  --static FOLDER   write the metadata as files below a document root, for hosts that lead nothing below\n"
	  "                    /.well-known to a program\n"
	  "\n"
	  "Example:  mcpctl doctor https://mcp.example.org/mcp\n", mcpctl_doctor },
	{ "migrate", "", "", "bring the database to the newest schema",
	  "Applies what newer versions have changed, one transaction a step, never backwards.  Make a copy of\n"
	  "the file first; a program of another version does not touch it.\n", mcpctl_migrate },
	{ "user", "add", "NAME [--password-stdin]", "let somebody sign in",
	  "Asks twice for the password, which has at least 12 characters.\n"
	  "\n"
	  "  --password-stdin   take the first line of standard input instead\n"
	  "\n"
	  "Example:  pass show mcp/alice | mcpctl user add alice --password-stdin\n", mcpctl_user_add },
	{ "user", "passwd", "NAME [--password-stdin] [--if-changed]", "set a password; signs out and disconnects",
	  "Sets a new password, ends all browser sessions of the user, and disconnects all apps: their tokens\n"
	  "are dead.\n"
	  "\n"
	  "  --password-stdin   take the first line of standard input instead of asking twice\n"
	  "  --if-changed       do nothing when it is the password already\n", mcpctl_user_passwd },
	{ "user", "disable", "NAME", "lock somebody out",
	  "Ends all browser sessions and disconnects all apps; sign-in is refused until `user enable`.\n",
	  mcpctl_user_disable },
	{ "user", "enable", "NAME", "let somebody in again",
	  "Sign-in works again.  Every app has to be connected anew.\n", mcpctl_user_enable },
	{ "user", "list", "", "list users: name, state, since when",
	  "One line each: name, active or disabled, and the date since when.\n", mcpctl_user_list },
	{ "client", "list", "[--json]", "list applications: id, kind, state, since, grants, name",
	  "One line each, oldest first: id; registered (by itself), document (known by the URL of a document) or\n"
	  "operator (made here); active, disabled, or waits (for `client approve`); since when; how many grants\n"
	  "live; name.  The name is what the application says of itself.\n", mcpctl_client_list },
	{ "client", "show", "ID [--json]", "show all that is known of one", "Secrets are not kept and not shown.\n",
	  mcpctl_client_show },
	{ "client", "add", "NAME [OPTION...]", "make a machine, a resource server, or an application",
	  "Without --redirect it is a machine: it gets tokens for itself (client_credentials = on).  With\n"
	  "--introspect it may ask about the tokens of others (introspection = on); with that alone it gets none.\n"
	  "With --redirect it is an application whose id you hand out.  The secret is printed once.\n"
	  "\n"
	  "  --method M         client_secret_basic (the default), client_secret_post, private_key_jwt, or, with\n"
	  "                     --redirect, none\n"
	  "  --scope 'A B'      what it may have at most: scopes of the settings, 'read:*', '*'; default: all\n"
	  "  --resource URL     where it may go, as often as needed; default: the first resource\n"
	  "  --introspect URL   whose tokens it may ask about, as often as needed\n"
	  "  --redirect URI     where people are sent back to, as often as needed\n"
	  "  --jwks FILE        its public keys (RFC 7517), for private_key_jwt\n"
	  "  --jwks-uri URL     where its public keys are fetched from\n"
	  "  --json             print one JSON object\n"
	  "\n"
	  "Example:  mcpctl client add nightly --scope read:knowledge\n", mcpctl_client_add },
	{ "client", "import", "[--fallback] FILE|FOLDER...", "bring documents of clients along, so that none is fetched",
	  "A file is one client ID metadata document, as it lies at the URL that is its client_id; of a folder, every\n"
	  "*.json.  All are imported, or none.  What is there of the same client is replaced.\n"
	  "\n"
	  "  --fallback   only for when fetching the document is refused; without it nothing is fetched\n",
	  mcpctl_client_import },
	{ "client", "approve", "ID", "let one in that waits (registration = approve)",
	  "From now on it may ask people.\n", mcpctl_client_approve },
	{ "client", "disable", "ID", "refuse one, and its tokens, from now on",
	  "Nothing is lost: `client enable` brings it back with every token that has not expired.\n",
	  mcpctl_client_disable },
	{ "client", "enable", "ID", "let a disabled one in again",
	  "Tokens that have not expired work again.\n", mcpctl_client_enable },
	{ "client", "delete", "ID", "remove one with all its grants",
	  "Asks nothing.  All its tokens are dead, an imported document is removed, too.  Where registration is\n"
	  "open, or its document can be fetched, the application can come again; `client disable` keeps it out.\n",
	  mcpctl_client_delete },
	{ "grant", "list", "[--user NAME] [--client ID] [--json]", "list what people agreed to",
	  "One line each: number, state, since when, last used, user, application, scopes, id of the application.\n",
	  mcpctl_grant_list },
	{ "grant", "revoke", "NUMBER... | --user NAME | --client ID", "end grants and their tokens",
	  "All codes and tokens of a grant are dead at once.  A machine gets a new grant with its credentials:\n"
	  "that is ended with `client disable`.\n"
	  "\n"
	  "  --user NAME   all grants of this person\n"
	  "  --client ID   all grants of this application; both: of this person to this application\n",
	  mcpctl_grant_revoke },
	{ "token", "revoke", "", "end a token that was found somewhere; it is read from standard input",
	  "Takes one line: an access token, which alone is dead then, or a refresh token or code, which ends its\n"
	  "grant with all tokens.\n"
	  "\n"
	  "Example:  mcpctl token revoke <found.txt\n", mcpctl_token_revoke },
	{ "task", "list", "[--json]", "list tasks: id, state, since when, tool, application, message",
	  "One line each, oldest first.  A task is what a long tool works on apart from the request that it was called\n"
	  "with: waiting (for its turn), working, input_required (it asks), completed, failed, cancelled.\n", mcpctl_task_list },
	{ "task", "show", "ID [--json]", "show what is known of one",
	  "What it was asked and what it came to is not shown: that is the person's.\n", mcpctl_task_show },
	{ "task", "cancel", "ID", "end one", "Its program is ended within a second.\n", mcpctl_task_cancel },
	{ "redirect", "allow", "PATTERN", "let browsers be sent to these addresses",
	  "As soon as a scheme has one such rule, only what matches one may use that scheme; http on the person's\n"
	  "own machine needs none.  A private scheme without a period is let in, too.  `*` stands for a part of one\n"
	  "label of the host, or of one segment of the path.\n"
	  "\n"
	  "Example:  mcpctl redirect allow 'https://*.example.org/callback'\n", mcpctl_redirect_allow },
	{ "redirect", "deny", "PATTERN", "never send a browser to these addresses",
	  "Wins over every `allow`.  What the pattern does not spell may be any; `scheme:` is a whole scheme.\n"
	  "\n"
	  "Example:  mcpctl redirect deny 'https://evil.example'\n", mcpctl_redirect_deny },
	{ "redirect", "list", "[--json]", "list these rules: number, word, since when, pattern", "One line each.\n",
	  mcpctl_redirect_list },
	{ "redirect", "drop", "NUMBER", "forget a rule", "Its number is in the list.\n", mcpctl_redirect_drop },
	{ "scope", "list", "[--json]", "list what can be asked for",
	  "Name, what the consent page says, what it implies, and which resources offer it.\n", mcpctl_scope_list },
	{ "scope", "test", "HELD NEEDED", "does one list of scopes include another?",
	  "Exit status 0 and `covered`, or 1 and what is missing.  HELD may have 'read:*' and '*'.\n"
	  "\n"
	  "Example:  mcpctl scope test 'write:knowledge' 'read:knowledge'\n", mcpctl_scope_test },
	{ "site", "check", "", "look through the site's tools, prompts and resources",
	  "Says by file, line and reason what cannot be used, how many there are of each, and what this kernel keeps their\n"
	  "programs from.  Exit status 1 if something cannot be used.\n", mcpctl_site_check },
	{ "tool", "call", "NAME [ARGUMENTS] [OPTION...]", "run a tool, as a client would",
	  "Prints what it answers as text; exit status 1 if it failed.  ARGUMENTS is a JSON object.  What it asks is asked at the\n"
	  "terminal, field by field.\n"
	  "\n"
	  "  --user NAME         who calls; default: nobody, as a machine\n"
	  "  --scope 'A B'       what he may; default: all scopes of the first endpoint\n"
	  "  --answer KEY=JSON   the answer to a question, as often as needed: the content of the form, or its only value\n"
	  "  --json              print the whole result\n"
	  "\n"
	  "Example:  mcpctl tool call greet '{\"name\": \"Ada\"}' --user ada\n", mcpctl_tool_call },
	{ "resource", "read", "URI [OPTION...]", "read a resource, as a client would",
	  "Options as for `tool call`.  Bytes go to standard output as they are, if that is no terminal.\n", mcpctl_resource_read },
	{ "prompt", "get", "NAME [ARGUMENTS] [OPTION...]", "fill a prompt, as a client would",
	  "Options as for `tool call`.\n", mcpctl_prompt_get },
	{ "trace", "", "[N | REFERENCE] [--json]", "show how far the last applications came, and why not further",
	  "The last N (10) authorization attempts, newest first: when, reference, application, user, address; then\n"
	  "each step that was reached, with `ok` or why it ended there.  REFERENCE is what an error page and the\n"
	  "log show: that attempt or request alone.\n", mcpctl_trace },
	{ "audit", "", "[--since DATE] [--until DATE]", "print what was written down, as JSON lines",
	  "One JSON object a line, oldest first.  DATE is 2026-07-28 or 2026-07-28T14:05:09Z, in UTC; a day is\n"
	  "included.\n", mcpctl_audit },
	{ "reap", "", "", "drop what is over",
	  "Removes expired codes, tokens, grants, sessions, requests and counters, clients that nobody uses, and rows\n"
	  "of the audit older than audit_days, a few at a time, so that a running server is not held up.\n"
	  "\n"
	  "Example:  17 4 * * *  www-data  mcpctl reap >/dev/null    (in /etc/cron.d)\n", mcpctl_reap },
	{ "backup", "", "FILE", "copy everything to a new file while the server runs",
	  "FILE (0600) is one moment of the database, whatever is written meanwhile.  A file that exists is not\n"
	  "overwritten.  Whoever has FILE has the documents and the hashes of passwords.  The settings are not in it.\n"
	  "\n"
	  "Example:  mcpctl backup /var/backups/mcp-$(date +%F).db\n", mcpctl_backup },
	{ "restore", "", "FILE", "bring a backup back; everybody has to connect and sign in again",
	  "Users, passwords, clients and documents become those of FILE, in one step, also while the server runs.\n"
	  "Every grant, session and token is ended.  Users that were disabled since are enabled again, if FILE says\n"
	  "so.  A file of an older schema is migrated, one of a newer schema is refused.\n", mcpctl_restore },
	{ "document", "import", "FILE...", "add Markdown files to the knowledge base",
	  "Each section (a line that begins with `# ` or `## `, outside of code fences) becomes one document,\n"
	  "titled with its heading.  `-` is standard input.  All files are imported, or none.  What is imported\n"
	  "twice is there twice.\n"
	  "\n"
	  "Example:  mcpctl document import handbook/*.md\n", mcpctl_document_import },
	{ "document", "list", "[--json]", "list documents: id, date, author, title",
	  "One line each, by id; what is for its author alone is marked as private.\n", mcpctl_document_list },
	{ "document", "show", "[--json] ID", "show one document with its text",
	  "Also a private one.\n", mcpctl_document_show },
	{ "document", "delete", "ID...", "remove documents",
	  "Asks nothing.  All of them are removed, or none.\n", mcpctl_document_delete },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};
