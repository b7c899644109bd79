// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// LoadTLS returns how a server speaks TLS with the certificate and the key in two files in PEM, which it
// reads again when they have changed. With the file of a client CA, clients need a certificate that one in it
// has signed. It returns nil if all names are empty.
func LoadTLS(certificate, key, clientCA string) (*tls.Config, error) {
	if certificate == "" && key == "" && clientCA == "" {
		return nil, nil
	}
	if certificate == "" || key == "" {
		return nil, errors.New("TLS needs the file of a certificate and the file of its key")
	}
	files := &keyFiles{certificate: certificate, key: key}
	if _, err := files.get(nil); err != nil {
		return nil, err
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: files.get}
	if clientCA != "" {
		data, err := os.ReadFile(clientCA)
		if err != nil {
			return nil, err
		}
		c.ClientCAs, c.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
		if !c.ClientCAs.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("%s: expected certificates in PEM", clientCA)
		}
	}
	return c, nil
}

// keyFiles are the files of a certificate and its key.
type keyFiles struct {
	certificate, key string

	mu     sync.Mutex
	loaded *tls.Certificate
	of     [2]time.Time // when the files were written
}

func (f *keyFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var written [2]time.Time
	for i, name := range []string{f.certificate, f.key} {
		if info, err := os.Stat(name); err == nil {
			written[i] = info.ModTime()
		}
	}
	if f.loaded != nil && f.of == written {
		return f.loaded, nil
	}
	c, err := tls.LoadX509KeyPair(f.certificate, f.key)
	if err == nil {
		f.loaded, f.of = &c, written
	} else if f.loaded == nil {
		return nil, fmt.Errorf("the certificate %s with the key %s: %w", f.certificate, f.key, err)
	}
	return f.loaded, nil // the old one while the new one is being written
}
