// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"
)

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
