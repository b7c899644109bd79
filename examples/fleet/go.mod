module github.com/clause76/clause76/examples/fleet

go 1.26.0

require github.com/clause76/clause76 v0.0.0

replace github.com/clause76/clause76 => ../..
