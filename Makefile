# SPDX-License-Identifier: ISC
#
# mcp-cgi: an MCP server and its OAuth 2.1 authorization server for cgi-bin.
#
#	make            the programs, in build/bin
#	make run        serve the example site on http://127.0.0.1:8080 (PORT= DATA= SITE= FRONT=cgi; DEMO_USER= DEMO_PASSWORD=)
#	make check      the tests that need no web server and no browser
#	make test       all tests, on the real servers, with the real clients, in a real browser
#	make test-all   the same behind every web server that there is configuration for
#	make bench      what a request costs, as ratios to a floor measured in the same run
#	make install    DESTDIR= PREFIX=/usr/local
#	make dist       a tarball for hosts without a compiler: build/dist/mcp-cgi-VERSION-linux-ARCH.tar.gz
#	make deb	a Debian package, in build/deb
#	make clean
#
# LINK=dynamic links the web programs against shared libraries instead of static-PIE. The programs fetch and doctor, which have the
# network and are started by the web programs and mcpctl only, are always linked so: name services are shared libraries.  The
# program work is started by mcp.

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
ifeq ($(origin CC),default)
CC      := gcc
endif
LINK    ?= static
O       ?= build

WEB     := $(filter-out mcpctl% fetch work doctor,$(patsubst cgi/%.c,%,$(wildcard cgi/*.c)))
MAN     := $(wildcard cgi/*.1 cgi/*.5 cgi/*.8)

WARN    := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wvla -Wstrict-prototypes -Werror
probe    = $(shell $(CC) $(1) -Werror -S -o /dev/null -x c /dev/null 2>/dev/null && echo $(1))
HARDEN  := -fstack-protector-strong $(call probe,-fstack-clash-protection) $(call probe,-fcf-protection=full) \
	   $(call probe,-ftrivial-auto-var-init=zero) -fno-strict-overflow -D_FORTIFY_SOURCE=2
BASE    := -std=gnu17 -D_GNU_SOURCE -DMCP_CGI_VERSION='"$(VERSION)"' -Icommon -I$(O)/gen -g -MMD -MP $(WARN)
CFLAGS  ?= -O2
ALL_CFLAGS := $(BASE) $(HARDEN) -fPIE -fvisibility=hidden -ffunction-sections -fdata-sections $(CFLAGS)
LIBS    := -lfcgi -ljson-c -lsqlite3 -lpcre2-8 -lcrypto -lm
HARD_LD := -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--gc-sections,--as-needed
# glibc warns of its name service in every static program; these programs ask for no names.
QUIET_LD := $(shell echo "int main(void){return 0;}" | $(CC) -Wl,--no-warnings -x c -o /dev/null - >/dev/null 2>&1 && echo -Wl,--no-warnings)
WEB_LD  := $(if $(filter static,$(LINK)),-static-pie,-pie) $(HARD_LD)

# The sanitizer build has its own tree; tests link against it.  Its char is the other one: with the programs of the web, which have
# that of this processor, the tests have met both.
SAN     := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1
OTHER   := $(if $(shell echo __CHAR_UNSIGNED__ | $(CC) -E -P -x c - 2>&1 | grep __),-funsigned-char,-fsigned-char)
SAN_CFLAGS := $(BASE) $(SAN) $(OTHER)
FUZZ_CFLAGS = $(BASE) $(SAN) -fsanitize=fuzzer

COMMON  := $(wildcard common/*.c)
PAGES   := $(wildcard common/html/*.html)
MIGRATE := $(wildcard schema/migrate_*.sql)
SQL     := $(filter-out schema/schema.sql $(MIGRATE),$(wildcard schema/*.sql))
META    := $(wildcard common/metaschema/*.json)
CONFIGS := apache-conf/mcp-fcgid.conf apache-conf/htaccess apache-conf/htaccess-sub lighttpd-conf/mcp-fastcgi.conf \
	   lighttpd-conf/mcp-fastcgi-path.conf
GEN_C   := $(O)/gen/sql.c $(O)/gen/configs.c $(O)/gen/schema.c $(MIGRATE:schema/%.sql=$(O)/gen/%.c) $(O)/gen/style.c $(PAGES:common/html/%.html=$(O)/gen/page_%.c) \
	   $(META:common/metaschema/%.json=$(O)/gen/metaschema_%.c)
GEN_H   := $(O)/gen/sql.h $(O)/gen/pages.h
LIB_OBJ := $(COMMON:common/%.c=$(O)/obj/%.o) $(GEN_C:$(O)/gen/%.c=$(O)/obj/gen_%.o)
SAN_OBJ := $(LIB_OBJ:$(O)/obj/%=$(O)/asan/%)
FUZZ_OBJ := $(LIB_OBJ:$(O)/obj/%=$(O)/fuzz/obj/%)
MCPCTL  := $(patsubst cgi/%.c,%,$(wildcard cgi/mcpctl*.c))
UNIT    := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
FUZZ    := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

.SECONDARY:
.PHONY: all
all: $(O)/libmcp.a $(WEB:%=$(O)/bin/%) $(O)/bin/fetch $(O)/bin/doctor $(O)/bin/work $(if $(MCPCTL),$(O)/bin/mcpctl)

# ---- what is generated: statements, schema, metaschemas, pages, style ------------------------------------------

$(O)/gen/sql.h: schema/sql.awk $(SQL) | $(O)/gen
	awk -v want=header -f schema/sql.awk $(SQL) >$@.new && mv $@.new $@

$(O)/gen/sql.c: schema/sql.awk $(SQL) | $(O)/gen
	awk -v want=table -f schema/sql.awk $(SQL) >$@.new && mv $@.new $@

$(O)/gen/schema.c: schema/text.awk schema/schema.sql | $(O)/gen
	awk -v name=schema_text -f schema/text.awk schema/schema.sql >$@.new && mv $@.new $@

$(O)/gen/migrate_%.c: schema/migrate_%.sql schema/text.awk | $(O)/gen
	awk -v name=migrate_$*_text -f schema/text.awk $< >$@.new && mv $@.new $@

# Configurations for mcpctl doctor --write: apache-conf/mcp-fcgid.conf is config_apache_conf_mcp_fcgid_conf.
$(O)/gen/configs.c: schema/text.awk $(CONFIGS) site/manual/nginx.md | $(O)/gen
	for f in $(CONFIGS); do awk -v name=config_$$(echo $$f | tr -c 'a-z0-9\n' _) -f schema/text.awk $$f || exit; done >$@.new
	for n in 1 2; do awk -v want=$$n '/^```nginx$$/ { n++; on = 1; next } /^```$$/ { on = 0 } on && n == want' site/manual/nginx.md | \
		awk -v name=config_nginx_$$n -f schema/text.awk || exit; done >>$@.new && mv $@.new $@

$(O)/gen/style.c: schema/text.awk common/html/style.css | $(O)/gen
	awk -v name=style_text -f schema/text.awk common/html/style.css >$@.new && mv $@.new $@

$(O)/gen/metaschema_%.c: common/metaschema/%.json schema/text.awk | $(O)/gen
	awk -v name=metaschema_$(subst -,_,$*) -f schema/text.awk $< >$@.new && mv $@.new $@

$(O)/gen/page_%.c: common/html/%.html common/html/pages.awk | $(O)/gen
	awk -v want=source -f common/html/pages.awk $< >$@.new && mv $@.new $@

$(O)/gen/pages.h: common/html/pages.awk $(PAGES) | $(O)/gen
	awk -v want=header -f common/html/pages.awk $(PAGES) >$@.new && mv $@.new $@

$(O)/gen $(O)/obj $(O)/asan $(O)/bin $(O)/asan/cgi $(O)/obj/cgi $(O)/asan/test $(O)/fuzz/obj:
	mkdir -p $@

# ---- objects ----------------------------------------------------------------------------------------------------

$(O)/obj/%.o: common/%.c | $(O)/obj $(GEN_H)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(O)/obj/gen_%.o: $(O)/gen/%.c | $(O)/obj $(GEN_H)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(O)/obj/cgi/%.o: cgi/%.c | $(O)/obj/cgi $(GEN_H)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(O)/asan/%.o: common/%.c | $(O)/asan $(GEN_H)
	$(CC) $(SAN_CFLAGS) -c -o $@ $<
$(O)/asan/gen_%.o: $(O)/gen/%.c | $(O)/asan $(GEN_H)
	$(CC) $(SAN_CFLAGS) -c -o $@ $<
# The same programs without their main(), for the in-process front of the tests.
$(O)/asan/cgi/%.o: cgi/%.c | $(O)/asan/cgi $(GEN_H)
	$(CC) $(SAN_CFLAGS) -Dmain=$*_main -c -o $@ $<

# What is generated is intermediate to make: a text that is older than the library, and new in it, is seen by the Makefile alone.
$(O)/libmcp.a: $(LIB_OBJ) Makefile
	rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
$(O)/asan/libmcp.a: $(SAN_OBJ) Makefile
	rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

# ---- programs ---------------------------------------------------------------------------------------------------

$(WEB:%=$(O)/bin/%): $(O)/bin/%: $(O)/obj/cgi/%.o $(O)/libmcp.a | $(O)/bin
	$(CC) $(CFLAGS) $(WEB_LD) $(QUIET_LD) -o $@ $< $(O)/libmcp.a $(LIBS)
$(O)/bin/mcpctl: $(MCPCTL:%=$(O)/obj/cgi/%.o) $(O)/libmcp.a | $(O)/bin
	$(CC) $(CFLAGS) $(WEB_LD) $(QUIET_LD) -o $@ $^ $(LIBS)
$(O)/bin/work: $(O)/obj/cgi/work.o $(O)/libmcp.a | $(O)/bin
	$(CC) $(CFLAGS) $(WEB_LD) $(QUIET_LD) -o $@ $< $(O)/libmcp.a $(LIBS)
$(O)/bin/fetch: $(O)/obj/cgi/fetch.o $(O)/libmcp.a | $(O)/bin
	$(CC) $(CFLAGS) -pie $(HARD_LD) -o $@ $< $(O)/libmcp.a -lcurl
$(O)/bin/doctor: $(O)/obj/cgi/doctor.o $(O)/libmcp.a | $(O)/bin
	$(CC) $(CFLAGS) -pie $(HARD_LD) -o $@ $< $(O)/libmcp.a -lcurl -ljson-c -lm

# ---- tests ------------------------------------------------------------------------------------------------------

$(O)/asan/inproc: tests/wire/inproc.c $(WEB:%=$(O)/asan/cgi/%.o) $(O)/asan/libmcp.a | $(O)/asan
	$(CC) $(SAN_CFLAGS) -o $@ $(filter %.c %.o %.a,$^) $(LIBS)
# A clock that jumps, for the tests of the in-process front.
$(O)/asan/clock.so: tests/wire/clock.c | $(O)/asan
	$(CC) $(CFLAGS) -fPIC -shared -o $@ $<
# listen holds all its streams in one process under FastCGI only: for that there is the program itself, too.
$(O)/asan/listen: cgi/listen.c $(O)/asan/libmcp.a
	$(CC) $(SAN_CFLAGS) -o $@ $< $(O)/asan/libmcp.a $(LIBS)
$(O)/asan/fetch: cgi/fetch.c $(O)/asan/libmcp.a | $(O)/asan
	$(CC) $(SAN_CFLAGS) -o $@ $< $(O)/asan/libmcp.a -lcurl
$(O)/asan/doctor: cgi/doctor.c $(O)/asan/libmcp.a | $(O)/asan
	$(CC) $(SAN_CFLAGS) -o $@ $< $(O)/asan/libmcp.a -lcurl -ljson-c -lm
$(O)/asan/work: cgi/work.c $(O)/asan/libmcp.a | $(O)/asan
	$(CC) $(SAN_CFLAGS) -o $@ $< $(O)/asan/libmcp.a $(LIBS)
$(O)/asan/test/%: tests/unit/%.c $(O)/asan/libmcp.a | $(O)/asan/test
	$(CC) $(SAN_CFLAGS) -o $@ $< $(O)/asan/libmcp.a -lcmocka $(LIBS)
$(O)/asan/schema_suite: tests/conformance/schema_suite.c $(O)/asan/libmcp.a | $(O)/asan
	$(CC) $(SAN_CFLAGS) -o $@ $< $(O)/asan/libmcp.a $(LIBS)
# libFuzzer is clang's, so that the fuzz targets have a library of their own.
$(O)/fuzz/obj/%.o: common/%.c | $(O)/fuzz/obj $(GEN_H)
	clang $(FUZZ_CFLAGS)-no-link -c -o $@ $<
$(O)/fuzz/obj/gen_%.o: $(O)/gen/%.c | $(O)/fuzz/obj $(GEN_H)
	clang $(FUZZ_CFLAGS)-no-link -c -o $@ $<
$(O)/fuzz/libmcp.a: $(FUZZ_OBJ)
	rm -f $@ && $(AR) rcs $@ $^
$(O)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(O)/fuzz/libmcp.a
	clang $(FUZZ_CFLAGS) -o $@ $< $(O)/fuzz/libmcp.a $(LIBS)

.PHONY: inproc unit fuzz
inproc: $(O)/asan/inproc $(O)/asan/clock.so $(O)/asan/fetch $(O)/asan/doctor $(O)/asan/listen $(O)/asan/work
unit: $(UNIT:%=$(O)/asan/test/%) $(O)/asan/schema_suite
fuzz: $(FUZZ:%=$(O)/fuzz/%)

.PHONY: run check test test-all bench
run:
	@exec env BUILD=$(O) MAKE='$(MAKE)' site/run.sh
check:
	@tests/packages.sh build check
	@MAKE='$(MAKE)' tests/run.sh check
test:
	@tests/packages.sh build run test
	@MAKE='$(MAKE)' tests/run.sh test
test-all:
	@tests/packages.sh build run test
	@MAKE='$(MAKE)' tests/run.sh all
bench: all
	@tests/packages.sh build bench
	@BUILD=$(O) CC='$(CC)' tests/bench/bench.sh

# ---- installation -----------------------------------------------------------------------------------------------

# Programs come by rename(2), so that a web server that is at work finds a whole one at every moment.
.PHONY: install clean
install: all
	install -d $(DESTDIR)$(PREFIX)/lib/mcp-cgi $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/mcp-cgi/lighttpd-conf \
		$(DESTDIR)$(PREFIX)/share/mcp-cgi/apache-conf $(DESTDIR)$(PREFIX)/share/mcp-cgi/systemd
	rm -rf $(DESTDIR)$(PREFIX)/lib/mcp-cgi/.new && install -d $(DESTDIR)$(PREFIX)/lib/mcp-cgi/.new
	install -m 755 $(WEB:%=$(O)/bin/%) $(O)/bin/fetch $(O)/bin/doctor $(O)/bin/work $(DESTDIR)$(PREFIX)/lib/mcp-cgi/.new/
	mv -f $(DESTDIR)$(PREFIX)/lib/mcp-cgi/.new/* $(DESTDIR)$(PREFIX)/lib/mcp-cgi/ && rmdir $(DESTDIR)$(PREFIX)/lib/mcp-cgi/.new
	install -m 755 $(O)/bin/mcpctl $(DESTDIR)$(PREFIX)/bin/
	install -m 644 lighttpd-conf/*.conf $(DESTDIR)$(PREFIX)/share/mcp-cgi/lighttpd-conf/
	install -m 644 apache-conf/* $(DESTDIR)$(PREFIX)/share/mcp-cgi/apache-conf/
	install -m 644 package/systemd/* $(DESTDIR)$(PREFIX)/share/mcp-cgi/systemd/
	for m in $(MAN); do d=$(DESTDIR)$(PREFIX)/share/man/man$${m##*.}; install -d $$d && install -m 644 $$m $$d/ || exit; done

# The Debian package, from a copy of what it is made of; needs debhelper, and the packages that building needs.
DEB := $(O)/deb/mcp-cgi-$(VERSION)
.PHONY: deb
deb:
	@tests/packages.sh build deb
	rm -rf $(O)/deb
	mkdir -p $(DEB)
	tar -cf - Makefile README.md LICENSE SECURITY.md CHANGELOG.md cgi common schema site *-conf package | tar -xf - -C $(DEB)
	cp -R package/debian $(DEB)/debian
	cd $(DEB) && env -u MAKEFLAGS -u MFLAGS dpkg-buildpackage --no-sign --build=binary

clean:
	rm -rf $(O)

include package/dist/dist.mk

-include $(wildcard $(O)/obj/*.d $(O)/obj/cgi/*.d $(O)/asan/*.d $(O)/asan/cgi/*.d $(O)/asan/test/*.d $(O)/bin/*.d \
	$(O)/fuzz/*.d $(O)/fuzz/obj/*.d)
