module github.com/clause76/clause76

go 1.26.0

require (
	github.com/go-json-experiment/json v1.27.2
	github.com/package-url/packageurl-go v0.1.7
	golang.org/x/text v0.43.0
)
