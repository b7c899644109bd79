// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	screening "github.com/clause76/clause76/match/screen"
)

// A report is signed with a key of package signerverifier, and verified with the public key.
func ExampleReport_Sign() {
	ctx := context.Background()
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	report := evidence.New(m, "example", match.Review)
	report.Finish(screening.Run(ctx, m, screening.Collect([]string{"../../testdata/bids/endpoint-tender"}), nil))

	// A program reads its key from a file; this one is made from a fixed seed.
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := signerverifier.LoadKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := signerverifier.NewED25519SignerVerifierFromSSLibKey(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	envelope, err := report.Sign(ctx, signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	verified, signedBy, err := evidence.Verify(ctx, envelope, signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(verified.Verdict, len(verified.Files()), "files, signed by", len(signedBy), "key")
	// Output: ban 2 files, signed by 1 key
}
