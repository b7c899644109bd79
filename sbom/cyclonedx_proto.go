// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/protomsg"
)

// maxProto bounds a document in protobuf, which is read in memory.
const maxProto = 64 << 20

// protoSchema is what bears on vendors of CycloneDX's protobuf schemas 1.3 to 1.7
// (bom-1.7.proto; numbers have kept their meaning since 1.3). A line is a message; a
// field is name=number, then "*" if it is repeated, then its type unless it is a
// string, see package protomsg. Fields that are not here are passed over, but for those that hold what looks like a
// component. Who asserts a patent is one of them: it is a mention at most.
const protoSchema = `
Bom spec_version=1 version=2:int32 serial_number=3 metadata=4:Metadata components=5*:Component services=6*:Service external_references=7*:ExternalReference dependencies=8*:Dependency compositions=9*:Composition formulation=13*:Formula vulnerabilities=10*:Vulnerability annotations=11*:Passed declarations=14*:Opaque
Metadata tools=2:Passed component=4:Component manufacture=5:OrganizationalEntity supplier=6:OrganizationalEntity
Component type=1:Classification bom_ref=3 supplier=4:OrganizationalEntity author=5 publisher=6 group=7 name=8 version=9 description=10 licenses=13*:LicenseChoice copyright=14 cpe=15 purl=16 swid=17:Swid pedigree=19:Pedigree external_references=20*:ExternalReference components=21*:Component properties=22*:Property evidence=23*:Evidence modelCard=25:ModelCard data=26*:ComponentData cryptoProperties=27:CryptoProperties manufacturer=28:OrganizationalEntity authors=29*:OrganizationalContact
Service bom_ref=1 provider=2:OrganizationalEntity group=3 name=4 version=5 description=6 endpoints=7* data=10*:DataFlow licenses=11*:LicenseChoice external_references=12*:ExternalReference services=13*:Service properties=14*:Property
OrganizationalEntity name=1 url=2* contact=3*:OrganizationalContact
OrganizationalContact name=1 email=2
ExternalReference type=1:ExternalReferenceType url=2 hashes=4*:Hash
Hash alg=1:HashAlg value=2
Property name=1 value=2
LicenseChoice license=1:License expression_detailed=5:LicenseExpressionDetailed
License licensing=6:Licensing
LicenseExpressionDetailed licensing=5:Licensing
Licensing licensor=2:OrganizationalEntityOrContact
OrganizationalEntityOrContact organization=1:OrganizationalEntity individual=2:OrganizationalContact
ComponentData contents=4:ComponentDataContents governance=9:DataGovernance
ComponentDataContents url=2
DataGovernance custodians=1*:DataGovernanceResponsibleParty stewards=2*:DataGovernanceResponsibleParty owners=3*:DataGovernanceResponsibleParty
DataGovernanceResponsibleParty organization=1:OrganizationalEntity contact=2:OrganizationalContact
DataFlow source=5* destination=6* governance=7:DataGovernance
ModelCard modelParameters=2:ModelParameters
ModelParameters datasets=5*:Datasets
Datasets dataset=1:ComponentData
CryptoProperties certificateProperties=3:CertificateProperties
CertificateProperties subjectName=1 issuerName=2
Swid tag_id=1 name=2 text=6:AttachedText url=7
AttachedText encoding=2 value=3
Pedigree ancestors=1*:Component descendants=2*:Component variants=3*:Component commits=4*:Commit patches=5*:Patch
Commit url=2 author=3:IdentifiableAction committer=4:IdentifiableAction
IdentifiableAction name=2 email=3
Patch diff=2:Diff
Diff url=2
Evidence licenses=1*:LicenseChoice copyright=2*:EvidenceCopyright identity=3*:EvidenceIdentity occurrences=4*:EvidenceOccurrences
EvidenceCopyright text=1
EvidenceIdentity field=1:EvidenceFieldType methods=3*:EvidenceMethods concludedValue=5
EvidenceMethods value=3
EvidenceOccurrences location=2
Composition aggregate=1:Aggregate assemblies=2* dependencies=3* vulnerabilities=4*
Vulnerability bom_ref=1
Dependency ref=1 dependencies=2*:Dependency provides=3*
Formula components=2*:Component services=3*:Service
Opaque
Passed
`

// protoEnums are the values of enumerations, in the order of their numbers, with the
// prefix that all have.
var protoEnums = map[string]string{
	"Classification":        "CLASSIFICATION_ NULL APPLICATION FRAMEWORK LIBRARY OPERATING_SYSTEM DEVICE FILE CONTAINER FIRMWARE DEVICE_DRIVER PLATFORM MACHINE_LEARNING_MODEL DATA CRYPTOGRAPHIC_ASSET",
	"ExternalReferenceType": "EXTERNAL_REFERENCE_TYPE_ OTHER VCS ISSUE_TRACKER WEBSITE ADVISORIES BOM MAILING_LIST SOCIAL CHAT DOCUMENTATION SUPPORT DISTRIBUTION LICENSE BUILD_META BUILD_SYSTEM SECURITY_CONTACT ATTESTATION THREAT_MODEL ADVERSARY_MODEL RISK_ASSESSMENT DISTRIBUTION_INTAKE VULNERABILITY_ASSERTION EXPLOITABILITY_STATEMENT PENTEST_REPORT STATIC_ANALYSIS_REPORT DYNAMIC_ANALYSIS_REPORT RUNTIME_ANALYSIS_REPORT COMPONENT_ANALYSIS_REPORT MATURITY_REPORT CERTIFICATION_REPORT QUALITY_METRICS CODIFIED_INFRASTRUCTURE MODEL_CARD POAM LOG CONFIGURATION EVIDENCE FORMULATION SOURCE_DISTRIBUTION ELECTRONIC_SIGNATURE DIGITAL_SIGNATURE RFC_9116 RELEASE_NOTES PATENT PATENT_FAMILY PATENT_ASSERTION CITATION",
	"EvidenceFieldType":     "EVIDENCE_FIELD_ NULL GROUP NAME VERSION PURL CPE SWID HASH OMNIBOR_ID SWHID",
	"Aggregate":             "AGGREGATE_ NOT_SPECIFIED COMPLETE INCOMPLETE INCOMPLETE_FIRST_PARTY_ONLY INCOMPLETE_THIRD_PARTY_ONLY UNKNOWN INCOMPLETE_FIRST_PARTY_PROPRIETARY_ONLY INCOMPLETE_FIRST_PARTY_OPENSOURCE_ONLY INCOMPLETE_THIRD_PARTY_PROPRIETARY_ONLY INCOMPLETE_THIRD_PARTY_OPENSOURCE_ONLY",
	"HashAlg":               "HASH_ALG_ NULL MD_5 SHA_1 SHA_256 SHA_384 SHA_512 SHA_3_256 SHA_3_384 SHA_3_512 BLAKE_2_B_256 BLAKE_2_B_384 BLAKE_2_B_512 BLAKE_3 STREEBOG_256 STREEBOG_512",
}

// protoBOM is the type of the Bom message.
var protoBOM = sync.OnceValue(func() *protomsg.Type { return protomsg.MustParse(protoSchema, protoEnums) })

// Marks of CycloneDX in protobuf: the first field is spec_version. There is no other.
var (
	protoMark     = lazyregexp.New(`^\x0a\x031\.[0-9][\x10\x1a\x22\x2a\x32\x3a\x42\x4a\x52\x5a\x62\x6a\x72\x7a]`)
	protoTextMark = lazyregexp.New(`(?m)^[ \t]*spec_version[ \t]*:[ \t]*["']1\.[0-9]["']`)
)

func readCycloneDXProto(r io.Reader, s *Sink) error {
	return readProto(r, s, protoBOM().Unmarshal, func([]byte) int { return 0 })
}

// readCycloneDXProtoText reads protobuf's text format, in which CycloneDX publishes examples.
func readCycloneDXProtoText(r io.Reader, s *Sink) error {
	return readProto(r, s, protoBOM().UnmarshalText, strayProtoText)
}

// readProto reads a document. stray counts the parts in it that decode does not return.
func readProto(r io.Reader, s *Sink, decode func([]byte, int) (*protomsg.Message, error), stray func([]byte) int) error {
	l := s.Limits()
	data, err := l.readAll(r, maxProto)
	if err != nil {
		return err
	}
	m, err := decode(data, l.depth())
	switch {
	case errors.Is(err, protomsg.ErrDepth):
		return &Error{Kind: ErrLimit, Err: fmt.Errorf("messages are nested more than %d deep", l.depth())}
	case err != nil:
		return &Error{Kind: ErrSyntax, Err: fmt.Errorf("not CycloneDX in protobuf: %w", err)}
	}
	s.located = false // the decoder knows no places
	x := &cdx{fieldReader: newFieldReader(jsonstream.Transcode(l.json(), func(w *jsonstream.Writer) error {
		p := &protoWriter{w: w, stray: stray(data)}
		p.message(m, true)
		return nil
	}), s), versions: cycloneDXVersions}
	return x.read()
}

// protoWriter writes the JSON form of a message.
type protoWriter struct {
	w     *jsonstream.Writer
	stray int // parts where the format has none
}

// protoNames are the members that have other names than their fields in camel case.
var protoNames = map[string]string{"bom_ref": "bom-ref", "Hash.value": "content", "AttachedText.value": "content"}

func (p *protoWriter) message(m *protomsg.Message, root bool) {
	for _, name := range [...]string{"dataset", "expression_detailed"} { // one level more than in JSON
		if f := m.Type.ByName(name); f != nil && len(m.Values(f)) > 0 {
			p.message(m.Values(f)[0].Message, false)
			return
		}
	}
	p.w.Begin('{')
	if root {
		p.w.Member("bomFormat")
		p.w.Text([]byte("CycloneDX"))
	}
	for _, f := range m.Type.Fields {
		if values := m.Values(f); len(values) > 0 {
			p.w.Member(cmp.Or(protoNames[f.Name], protoNames[m.Type.Name+"."+f.Name], f.JSONName))
			p.field(f, values)
		}
	}
	if m.Type.Name != "Passed" { // its components are no parts of the product: tools and the like
		p.stray += strayProto(m.Type, m.Unknown, 0)
	}
	if p.stray > 0 {
		p.w.Member(partElement)
		p.w.Null()
		p.stray = 0
	}
	p.w.End('}')
}

func (p *protoWriter) field(f *protomsg.Field, values []protomsg.Value) {
	switch {
	case f.Name == "declarations": // their numbers are not in the schema above
		p.w.Raw([]byte("0"))
	case f.Name == "evidence" && len(values) > 1: // an object in JSON; repeated in the schema until 1.4
		p.w.Raw([]byte("0"))
	case f.Name == "evidence", !f.Repeated:
		p.value(f, values[0])
	default:
		p.w.Begin('[')
		for _, v := range values {
			p.value(f, v)
		}
		p.w.End(']')
	}
}

func (p *protoWriter) value(f *protomsg.Field, v protomsg.Value) {
	switch f.Kind {
	case protomsg.Nested:
		p.message(v.Message, false)
	case protomsg.String:
		p.w.Text([]byte(v.Text))
	case protomsg.Int32:
		p.w.Raw(strconv.AppendInt(nil, int64(v.Number), 10))
	case protomsg.Enumeration:
		word := strings.ToLower(f.Enum.Word(v.Number))
		if f.Enum.Name != "Aggregate" {
			word = strings.ReplaceAll(word, "_", "-")
		}
		p.w.Text([]byte(word))
	}
}
