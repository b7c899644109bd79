// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/engine"
	"github.com/clause76/clause76/examples/fleet/internal/queue/open"
)

// writeCertificate writes a certificate for 127.0.0.1 that signs itself, and its key.
func writeCertificate(t *testing.T, dir, name string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, c, c, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	for path, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "PRIVATE KEY", Bytes: encoded}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	server, serverKey := writeCertificate(t, dir, "server")
	client, clientKey := writeCertificate(t, dir, "client")
	config, err := engine.LoadTLS(server, serverKey, "")
	if err != nil {
		t.Fatal(err)
	}
	e, q := start(t, engine.Options{TLS: config})
	if !strings.HasPrefix(e.URL(), "tls://127.0.0.1:") {
		t.Errorf("the address is %s", e.URL())
	}
	both, err := engine.LoadTLS(server, serverKey, client)
	if err != nil {
		t.Fatal(err)
	}
	strict, _ := start(t, engine.Options{TLS: both, Host: "0.0.0.0"})
	for _, test := range []struct {
		name   string
		e      *engine.Engine
		o      open.Options
		refuse bool
	}{
		{"with the CA", e, open.Options{URL: e.URL(), CA: server}, false},
		{"nats://", e, open.Options{URL: strings.Replace(e.URL(), "tls:", "nats:", 1), CA: server}, false},
		{"without the CA", e, open.Options{URL: e.URL()}, true},
		{"with another CA", e, open.Options{URL: e.URL(), CA: client}, true},
		{"with a client certificate", strict, open.Options{URL: strict.URL(), CA: server, Certificate: client, Key: clientKey}, false},
		{"without a client certificate", strict, open.Options{URL: strict.URL(), CA: server}, true},
		{"with another client certificate", strict, open.Options{URL: strict.URL(), CA: server, Certificate: server, Key: serverKey}, true},
	} {
		test.o.Credentials = []string{test.e.CredentialsFile("default")}
		other, err := open.Open(t.Context(), test.o)
		if refused := err != nil; refused != test.refuse {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil {
			continue
		}
		if _, err := other.Submit(t.Context(), newJob("default", 1)); err != nil {
			t.Errorf("%s: Submit: %v", test.name, err)
		}
		other.Close()
	}
	if s, err := q.Status(t.Context(), "default"); s.Waiting != 1 || err != nil {
		t.Errorf("the status inside of the process is %+v, %v", s, err)
	}
	// A new certificate is read without a restart.
	if _, err := open.Open(t.Context(), open.Options{URL: e.URL(), CA: client, Credentials: []string{e.CredentialsFile("default")}}); err == nil {
		t.Fatal("the old certificate is trusted as the new one")
	}
	for from, to := range map[string]string{client: server, clientKey: serverKey} {
		data, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, data, 0o600)
		}
		if err == nil {
			err = os.Chtimes(to, time.Now(), time.Now().Add(time.Second))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if other, err := open.Open(t.Context(), open.Options{URL: e.URL(), CA: client, Credentials: []string{e.CredentialsFile("default")}}); err != nil {
		t.Errorf("with the new certificate: %v", err)
	} else {
		other.Close()
	}
}

func TestLoadTLS(t *testing.T) {
	dir := t.TempDir()
	certificate, key := writeCertificate(t, dir, "a")
	_, other := writeCertificate(t, dir, "b")
	if c, err := engine.LoadTLS("", "", ""); c != nil || err != nil {
		t.Errorf("without files: %v, %v; expected nil", c, err)
	}
	for _, test := range [][4]string{
		{certificate, "", "", "needs the file of a certificate and the file of its key"},
		{"", "", certificate, "needs the file of a certificate and the file of its key"},
		{certificate, other, "", "private key does not match"},
		{filepath.Join(dir, "none"), key, "", "none"},
		{certificate, key, key, "expected certificates in PEM"},
	} {
		if _, err := engine.LoadTLS(test[0], test[1], test[2]); err == nil || !strings.Contains(err.Error(), test[3]) {
			t.Errorf("LoadTLS(%q, %q, %q): %v; expected %q", test[0], test[1], test[2], err, test[3])
		}
	}
}
