// SPDX-License-Identifier: Apache-2.0

package page

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
)

// An escapedText is what an escaping function returned. Nothing else is written.
type escapedText string

// Raw is a text of the program itself, such as a style sheet or a script. It is written as it is into
// the elements for them. It must never have anything from outside.
type Raw string

// escapers are the functions that html/template adds to pipelines, under its names for them.
var escapers = Funcs{
	"_html_template_htmlescaper":    escapeHTML,
	"_html_template_attrescaper":    escapeHTML, // between quotes
	"_html_template_rcdataescaper":  escapeHTML, // in a title
	"_html_template_urlfilter":      filterURL,
	"_html_template_urlnormalizer":  normalizeURL,
	"_html_template_urlescaper":     escapeURL,
	"_html_template_cssvaluefilter": rawOnly,
	"_html_template_jsvalescaper":   rawOnly,
}

var htmlReplacer = strings.NewReplacer("\x00", "\ufffd", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")

// escapeHTML returns the text of a value for an element or an attribute in quotes.
func escapeHTML(v any) escapedText { return escapedText(htmlReplacer.Replace(text(v))) }

// text returns a value as a text. What one escaper returns can be given to the next.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case fmt.Stringer:
		return v.String()
	}
	if x := indirect(reflect.ValueOf(v)); x.IsValid() {
		return fmt.Sprint(x.Interface())
	}
	return ""
}

// unsafeURL is what html/template writes instead of a URL that a browser might execute.
const unsafeURL = "#ZgotmplZ"

// filterURL returns a URL that has no scheme, or one of those that only lead somewhere.
func filterURL(v any) string {
	url := text(v)
	scheme, _, found := strings.Cut(url, ":")
	if !found || strings.Contains(scheme, "/") {
		return url
	}
	for _, s := range []string{"http", "https", "mailto"} {
		if strings.EqualFold(scheme, s) {
			return url
		}
	}
	return unsafeURL
}

// normalizeURL returns a URL with the characters escaped that it must not have.
func normalizeURL(v any) string { return escapeBytes(text(v), true) }

// escapeURL returns a text as a part of a URL.
func escapeURL(v any) string { return escapeBytes(text(v), false) }

// escapeBytes escapes all bytes but letters, digits and "-._~". In a whole URL it leaves delimiters
// and escapes as they are.
func escapeBytes(s string, whole bool) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case ascii.Alnum[c] != 0, strings.IndexByte("-._~", c) >= 0,
			whole && strings.IndexByte("!#$&*+,/:;=?@[]", c) >= 0,
			whole && c == '%' && i+2 < len(s) && ascii.HexDigit(s[i+1]) >= 0 && ascii.HexDigit(s[i+2]) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}

// rawOnly lets a [Raw] text pass.
func rawOnly(v any) (escapedText, error) {
	raw, ok := v.(Raw)
	if !ok {
		return "", errors.New("only a text of the program itself can be a style sheet or a script")
	}
	return escapedText(raw), nil
}
