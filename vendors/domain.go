// SPDX-License-Identifier: Apache-2.0

package vendors

import "strings"

// hostAndPath returns the host of a URL in lower case, without user, port and
// "www.", and the path after it. It reads what documents really hold: URLs with
// or without a scheme, "git+https://", "scm:git:git://" and "git@host:owner/repo".
func hostAndPath(s string) (host, path string) {
	s = s[:min(len(s), MaxName)] // the host stands at the start
	if i := strings.LastIndex(s, "://"); i >= 0 {
		// "jar:file://x" and "a?u=https://y": only a scheme may stand before.
		if strings.ContainsAny(s[:i], "/?# ") {
			i = strings.Index(s, "://")
			if strings.ContainsAny(s[:i], "/?# ") {
				return "", ""
			}
		}
		s = s[i+3:]
	} else if at := strings.IndexByte(s, '@'); at >= 0 && strings.IndexByte(s, ':') > at {
		s = strings.Replace(s[at+1:], ":", "/", 1) // scp-like: git@github.com:owner/repo
	} else {
		s = strings.TrimPrefix(s, "//")
	}
	end := strings.IndexAny(s, "/?#")
	if end < 0 {
		end = len(s)
	}
	host, path = s[:end], s[end:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	if colon := strings.IndexByte(host, ':'); colon >= 0 {
		host = host[:colon]
	}
	host = strings.TrimSuffix(lowerASCII(host), ".")
	if strings.IndexByte(host, '.') < 0 || strings.ContainsAny(host, " \t\"<>") {
		return "", ""
	}
	return strings.TrimPrefix(host, "www."), strings.TrimPrefix(path, "/")
}

// codeHosts maps a host of repositories to the purl type of its owners.
func codeHost(host string) string {
	switch host {
	case "github.com", "raw.githubusercontent.com", "codeload.github.com", "api.github.com", "ghcr.io":
		return "github"
	case "gitlab.com":
		return "gitlab"
	case "bitbucket.org":
		return "bitbucket"
	}
	return ""
}

// parentDomains yields host, then host without its first label, and so on, as
// long as two labels are left.
func parentDomains(host string, yield func(string) bool) {
	for strings.IndexByte(host, '.') >= 0 {
		if !yield(host) {
			return
		}
		_, host, _ = strings.Cut(host, ".")
	}
}

// reverseDNS turns "com.huawei.hms" into "hms.huawei.com".
func reverseDNS(s string) string {
	parts := strings.Split(s, ".")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, ".")
}
