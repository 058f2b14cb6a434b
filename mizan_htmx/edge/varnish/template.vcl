vcl 4.1;

# Generated from the edge manifest of mizan_htmx, for Varnish 7.1 to 7.4.1 and varnish-modules 0.20. Don't edit it:
# `python manage.py export_edge_manifest --format vcl --origin HOST:PORT` writes it again. docs/varnish.md explains it.

import blob;
import directors;
import std;
import str;
import var;
import vsthrottle;
import xkey;

backend origin {
    .host = "@HOST@";
    .port = "@PORT@";
}

# ---- Generations ------------------------------------------------------------------------------------------
#
# Each tag has a number, its generation. The numbers of all tags of a URL are part of its cache key, taken before
# anything is fetched; a mutation changes them before its own response is delivered. So a read that begins after
# that response has another key than any that began before the commit: what those fetch, however late, is never
# served again.
#
# vsthrottle stores the numbers: it counts tokens in hashed tables that survive a reload of this file. A bucket
# whose period never ends is never refilled: one token less is another number. A context has a number of its own.
# All tags with parameters share @SLOTS@ numbers, so that reading many URLs can't fill the memory; if two tags share
# one, a mutation of one is a miss for the other, never a stale hit.

sub vcl_init {
    new mizan_slots = directors.shard();    # only for its hash
}

sub mizan_purge_everything {
@EVERYTHING@
}

# Purge one tag of the list X-Mizan-Stale, the last that remains. If there is no key, because the workspace is full,
# or no token, the result is "denied". Then everything is purged, which takes no memory.
sub mizan_purge_one {
    if (var.get_int("mizan.left") > 0) {
        var.set("mizan.tag", str.split(req.http.X-Mizan-Stale, var.get_int("mizan.left"), ", "));
        var.set_int("mizan.left", var.get_int("mizan.left") - 1);
        if (var.get("mizan.tag") ~ ";") {
            if (vsthrottle.is_denied("" + (mizan_slots.key(var.get("mizan.tag")) % @SLOTS@), @COUNTER@)) {
                var.set_int("mizan.left", 0);
                call mizan_purge_everything;
            }
        } elsif (vsthrottle.is_denied(var.get("mizan.tag"), @COUNTER@)) {
            var.set_int("mizan.left", 0);
            call mizan_purge_everything;
        }
    }
}

# VCL has no loops.
sub mizan_purge_8 {
    if (var.get_int("mizan.left") > 0) {
        call mizan_purge_one; call mizan_purge_one; call mizan_purge_one; call mizan_purge_one;
        call mizan_purge_one; call mizan_purge_one; call mizan_purge_one; call mizan_purge_one;
    }
}

sub mizan_purge_64 {
    if (var.get_int("mizan.left") > 0) {
        call mizan_purge_8; call mizan_purge_8; call mizan_purge_8; call mizan_purge_8;
        call mizan_purge_8; call mizan_purge_8; call mizan_purge_8; call mizan_purge_8;
    }
}

# Make all responses with a tag of X-Mizan-Stale unreachable, then free their memory; X-Mizan-Purged counts them.
sub mizan_purge {
    var.set_int("mizan.left", str.count(regsuball(req.http.X-Mizan-Stale, "[^,]", "")) + 1);
    if (req.http.X-Mizan-Stale ~ "(?:^|[, ])\*"
        || var.get_int("mizan.left") < 1
        || var.get_int("mizan.left") > 512) {
        call mizan_purge_everything;
    } else {
        call mizan_purge_64; call mizan_purge_64; call mizan_purge_64; call mizan_purge_64;
        call mizan_purge_64; call mizan_purge_64; call mizan_purge_64; call mizan_purge_64;
        set req.http.X-Mizan-Purged = xkey.purge(req.http.X-Mizan-Stale);
    }
}

# An unsafe request without a response may have been committed, so what it affects is purged.
sub mizan_outcome_unknown {
    unset req.http.X-Mizan-Stale;
@MUTATIONS@
    if (req.http.X-Mizan-Stale) {
        set req.http.X-Mizan-Stale = regsub(req.http.X-Mizan-Stale, "^, ", "");
        call mizan_purge;
    }
}

# ---- What a URL shows -------------------------------------------------------------------------------------
#
# X-Mizan-Groups is the value that Cache-Groups of the response must have, exactly, for the response to be stored. It
# has a parameter that the URL lacks by its name alone.

@QUERIES@
@CONTEXTS@
sub mizan_read_url {
    # An invalid escape, such as %zz, has no value.
    if (req.url !~ "%(?![0-9A-Fa-f]{2})") {
@URLS@
    }
}

# ---- Requests ---------------------------------------------------------------------------------------------

sub vcl_recv {
    if (req.restarts == 0) {
        unset req.http.X-Mizan-Groups;
        unset req.http.X-Mizan-Generations;
        unset req.http.X-Mizan-Stale;
        unset req.http.X-Mizan-Purged;
        unset req.http.X-Mizan-Pass;
    }

    # The listener for writes that did not come through Varnish. It is separate, because behind a local proxy every
    # client has the address 127.0.0.1.
    if (local.socket == "@DOOR@") {
        if (req.method != "PURGEKEYS") {
            return (synth(405, "Only PURGEKEYS"));
        }
        if (req.http.Cache-Group-Invalidation) {
            std.collect(req.http.Cache-Group-Invalidation, ", ");
            set req.http.X-Mizan-Stale = regsuball(req.http.Cache-Group-Invalidation, "\x22", "");
        } elsif (req.http.X-Mizan-Invalidate) {
            std.collect(req.http.X-Mizan-Invalidate, ", ");
            set req.http.X-Mizan-Stale = regsuball(req.http.X-Mizan-Invalidate, ";[^,]*", "");
        } else {
            return (synth(400, "No Cache-Group-Invalidation"));
        }
        call mizan_purge;
        return (synth(200, "Purged"));
    }
    if (req.method == "PURGEKEYS") {
        return (synth(403, "Not from here"));
    }
    unset req.http.X-Mizan-Invalidate;
    unset req.http.Cache-Group-Invalidation;

    # Only for the sockets' paths: responses inside a pipe are not inspected.
    if (req.method == "GET" && req.http.Upgrade ~ "(?i)^websocket$" && req.url ~ "@SOCKETS@") {
        return (pipe);
    }

    if ((req.method != "GET" && req.method != "HEAD") || req.http.X-Mizan-Pass) {
        return (pass);
    }
    call mizan_read_url;
    if (!req.http.X-Mizan-Groups) {
        return (pass);
    }
    return (hash);
}

sub vcl_pipe {
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = "Upgrade";
}

sub vcl_hash {
    hash_data(req.url);
    # These decide about links and hosts in a response: without them in the key, anyone could poison the cache.
    hash_data(req.http.Host);
    hash_data(req.http.X-Forwarded-Host);
    hash_data(req.http.X-Forwarded-Port);
    hash_data(req.http.X-Forwarded-Proto);
    # Together with the tags: in another VCL, tags of other names could have the same numbers.
    hash_data(req.http.X-Mizan-Groups);
    hash_data(req.http.X-Mizan-Generations);
    return (lookup);
}

sub vcl_backend_fetch {
    unset bereq.http.X-Mizan-Generations;
    unset bereq.http.X-Mizan-Pass;
    # A shared response must not depend on who requested it first.
    if (!bereq.uncacheable) {
        unset bereq.http.Cookie;
        unset bereq.http.Authorization;
    }
}

# ---- Responses --------------------------------------------------------------------------------------------

sub vcl_backend_response {
    unset beresp.http.X-Mizan-Again;
    unset beresp.http.xkey;
    if (bereq.uncacheable) {
        return (deliver);
    }
    if (beresp.status >= 500) {
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        return (deliver);
    }

    # Not what the manifest says of the URL: another page, an unusual spelling of a value, or a page that shows more.
    # A request with cookies is then repeated with them (vcl_deliver), and for a while all requests pass.
    if (beresp.status != 200
        || !beresp.http.Cache-Groups
        || beresp.http.Cache-Groups != bereq.http.X-Mizan-Groups
        || beresp.http.Set-Cookie
        || beresp.http.X-Mizan-Invalidate
        || beresp.http.Vary ~ "(?i)(?:^|[, ])(?:cookie|authorization|\*)(?:$|[, ])"
        || beresp.http.Cache-Control ~ "(?i)(?:^|[, ])(?:private|no-store)(?:$|[=, ])"
        || beresp.http.CDN-Cache-Control !~ "(?i)^ *max-age=[0-9]+ *$") {
        set beresp.http.X-Mizan-Again = "1";
        return (pass(120s));
    }

    # RFC 9213: this field is for caches like this one, Cache-Control for browsers.
    set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, "(?i)^ *max-age=([0-9]+) *$", "\1s"), 0s);
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    unset beresp.http.Age;
    unset beresp.http.Expires;
    if (beresp.ttl <= 0s) {
        set beresp.uncacheable = true;
        set beresp.ttl = 120s;
        return (deliver);
    }
    set beresp.http.xkey = regsuball(beresp.http.Cache-Groups, "\x22", "");
    return (deliver);
}

sub vcl_deliver {
    # Not in vcl_backend_response: there, varnish-modules before 0.24 would crash the child process.
    if (resp.http.Cache-Group-Invalidation) {
        std.collect(resp.http.Cache-Group-Invalidation, ", ");
        set req.http.X-Mizan-Stale = regsuball(resp.http.Cache-Group-Invalidation, "\x22", "");
        call mizan_purge;
    } elsif (resp.http.X-Mizan-Invalidate) {
        std.collect(resp.http.X-Mizan-Invalidate, ", ");
        set req.http.X-Mizan-Stale = regsuball(resp.http.X-Mizan-Invalidate, ";[^,]*", "");
        call mizan_purge;
    } elsif (req.method != "GET" && req.method != "HEAD" && req.method != "OPTIONS" && req.method != "TRACE"
        && (resp.status == 502 || resp.status == 503 || resp.status == 504
            # The outcome is unknown, too, after a 500 that a middleware or the server made in place of the site's
            # response: mizan_htmx's own has no-store, and still names what was committed.
            || (resp.status == 500 && !resp.http.Cache-Control))) {
        call mizan_outcome_unknown;
    }

    if (resp.http.X-Mizan-Again && req.restarts == 0 && (req.http.Cookie || req.http.Authorization)) {
        set req.http.X-Mizan-Pass = "1";
        return (restart);
    }

    if (obj.uncacheable) {
        set resp.http.X-Cache = "PASS";
    } elsif (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
    unset resp.http.X-Mizan-Purged;
    if (req.http.X-Mizan-Purged) {
        set resp.http.X-Mizan-Purged = req.http.X-Mizan-Purged;
    }
    # For the origin and its caches only.
    unset resp.http.X-Mizan-Again;
    unset resp.http.xkey;
    unset resp.http.Cache-Groups;
    unset resp.http.Cache-Group-Invalidation;
    unset resp.http.CDN-Cache-Control;
    unset resp.http.Surrogate-Control;
    unset resp.http.Surrogate-Key;
    unset resp.http.Cache-Tag;
    unset resp.http.Edge-Cache-Tag;
    unset resp.http.CDN-Tag;
    return (deliver);
}

sub vcl_synth {
    # "VCL failed": the workspace was full before a mutation's list was read to its end.
    if (resp.status == 503 && local.socket != "@DOOR@" && req.method != "GET" && req.method != "HEAD") {
        call mizan_purge_everything;
    }
    if (local.socket == "@DOOR@") {
        set resp.http.Content-Type = "text/plain; charset=utf-8";
        if (req.http.X-Mizan-Purged) {
            set resp.http.X-Mizan-Purged = req.http.X-Mizan-Purged;
        }
        synthetic(resp.reason + {"
"});
        return (deliver);
    }
}
