module driver

go 1.21

require (
	github.com/aws/aws-sdk-go v1.55.8
	github.com/versent/unicreds v1.5.0
)

require (
	github.com/apex/log v1.9.0 // indirect
	github.com/jmespath/go-jmespath v0.4.0 // indirect
	github.com/mattn/go-runewidth v0.0.9 // indirect
	github.com/pkg/errors v0.8.1 // indirect
	github.com/stretchr/testify v1.12.1 // indirect
)

// Of later versions it can't be built.
require github.com/olekukonko/tablewriter v0.0.5 // indirect
