// SPDX-License-Identifier: Apache-2.0

// Package keys reads keys for signing and checking signatures.
package keys

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"slices"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"
)

// Fingerprints returns the fingerprints of the verifiers' public keys, sorted, each once:
// "sha256:" and the SHA-256 of the key's SubjectPublicKeyInfo in DER, in hexadecimal, as
// "openssl pkey -pubin -outform der | sha256sum" prints it.
func Fingerprints(verifiers ...dsse.Verifier) ([]string, error) {
	var all []string
	for _, v := range verifiers {
		der, err := x509.MarshalPKIXPublicKey(v.Public())
		if err != nil {
			return nil, fmt.Errorf("evidence: the fingerprint of a key: %w", err)
		}
		all = append(all, fmt.Sprintf("sha256:%x", sha256.Sum256(der)))
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// LoadVerifier reads a public key in PEM, of Ed25519, ECDSA or RSA (with PSS).
func LoadVerifier(pem []byte) (dsse.Verifier, error) { return load(pem) }

// LoadSigner reads a private key in PEM (PKCS #8), of Ed25519 or ECDSA.
func LoadSigner(pem []byte) (dsse.Signer, error) {
	key, err := signerverifier.LoadKey(pem)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	if key.KeyVal.Private == "" {
		return nil, fmt.Errorf("evidence: the key is a public one; expected a private key")
	}
	if key.KeyType == signerverifier.RSAKeyType {
		return nil, fmt.Errorf("evidence: a key of RSA; expected Ed25519 or ECDSA")
	}
	return load(pem)
}

func load(pem []byte) (dsse.SignerVerifier, error) {
	key, err := signerverifier.LoadKey(pem)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	switch key.KeyType {
	case signerverifier.ECDSAKeyType:
		return signerverifier.NewECDSASignerVerifierFromSSLibKey(key)
	case signerverifier.ED25519KeyType:
		return signerverifier.NewED25519SignerVerifierFromSSLibKey(key)
	case signerverifier.RSAKeyType:
		return signerverifier.NewRSAPSSSignerVerifierFromSSLibKey(key)
	}
	return nil, fmt.Errorf("evidence: a key of type %q cannot verify envelopes", key.KeyType)
}
