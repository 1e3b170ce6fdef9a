module farerules.dev/charts/checks/definitions

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/external-secrets/external-secrets v0.20.4
)
