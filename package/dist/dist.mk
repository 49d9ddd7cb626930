# SPDX-License-Identifier: ISC
#
# dist.mk: `make dist`, the tarball for hosts without a compiler: build/dist/mcp-cgi-VERSION-linux-ARCH.tar.gz.  All programs are static.
# Those of the web are one file with many names (many.c), and so are those that go out to the network, which have a
# libcurl of their own (curl.sh); in the tarball the names are hard links.  For another processor, with its libraries installed:
# make dist CC=aarch64-linux-gnu-gcc RUN=qemu-aarch64-static O=build/arm64

DIST     := $(O)/dist
DISTNAME := mcp-cgi-$(VERSION)-linux-$(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
# What a web server runs, and what those start; listed for the .htaccess to know them, too.
DIST_WEB := $(filter-out metadata,$(WEB)) work
DIST_NET := fetch doctor
DIST_LD  := -static-pie $(HARD_LD) -Wl,-s
comma    := ,
named     = '-DPROGRAMS=$(foreach p,$(1),PROGRAM($(p)))' '-DNAMES=$(2)'
WELLKNOWN := oauth-authorization-server oauth-protected-resource openid-configuration

$(DIST)/obj:
	mkdir -p $@
$(DIST)/obj/%.o: cgi/%.c | $(DIST)/obj $(GEN_H)
	$(CC) $(ALL_CFLAGS) -Dmain=$*_main -c -o $@ $<
$(DIST)/obj/standalone.o: common/standalone.c | $(DIST)/obj
	$(CC) $(ALL_CFLAGS) -DMCP_STANDALONE -c -o $@ $<
$(DIST)/curl/libcurl.a: package/dist/curl.sh
	CC='$(CC)' package/dist/curl.sh $(DIST)/curl
	touch $@
$(DIST)/obj/web.o: package/dist/many.c package/dist/dist.mk $(wildcard cgi/*.c) | $(DIST)/obj
	$(CC) $(ALL_CFLAGS) $(call named,metadata $(DIST_WEB),$(foreach n,$(WELLKNOWN),NAME("$(n)"$(comma)metadata))) -c -o $@ $<
$(DIST)/obj/net.o: package/dist/many.c package/dist/dist.mk $(wildcard cgi/*.c) | $(DIST)/obj
	$(CC) $(ALL_CFLAGS) $(call named,$(DIST_NET),) -c -o $@ $<

$(DIST)/web: $(DIST)/obj/web.o $(DIST)/obj/metadata.o $(DIST_WEB:%=$(DIST)/obj/%.o) $(O)/libmcp.a
	$(CC) $(CFLAGS) $(DIST_LD) $(QUIET_LD) -o $@ $^ $(LIBS)
$(DIST)/net: $(DIST)/obj/net.o $(DIST_NET:%=$(DIST)/obj/%.o) $(DIST)/obj/standalone.o $(O)/libmcp.a $(DIST)/curl/libcurl.a
	$(CC) $(CFLAGS) $(DIST_LD) $(QUIET_LD) -o $@ $^ -ljson-c -lssl -lcrypto
$(DIST)/mcpctl: $(MCPCTL:%=$(O)/obj/cgi/%.o) $(O)/libmcp.a | $(DIST)/obj
	$(CC) $(CFLAGS) $(DIST_LD) $(QUIET_LD) -o $@ $^ $(LIBS)

.PHONY: dist
dist: $(DIST)/web $(DIST)/net $(DIST)/mcpctl
	@RUN='$(RUN)' DIST='$(DIST)' NAME='$(DISTNAME)' WEB='$(DIST_WEB)' NET='$(DIST_NET)' WELLKNOWN='$(WELLKNOWN)' package/dist/pack.sh

-include $(wildcard $(DIST)/obj/*.d)
