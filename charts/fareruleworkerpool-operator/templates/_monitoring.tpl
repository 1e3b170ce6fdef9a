{{/*
What the leader tells of engines and refunds belongs to the engine, not to the pod that tells it: without these labels it
stays one series when another pod leads, so that nothing is counted twice when the first leads again, and nothing that
came between is left out. No group in the expression and no `$1`: an empty replacement may be left out on its way.
*/}}
{{- define "operator.metricRelabelings" -}}
{{- range list "instance" "pod" "container" }}
- action: replace
  sourceLabels: [__name__]
  regex: camunda_.+|refund_requests_total|sla_breaches_total|manual_review_duration_seconds_.+
  targetLabel: {{ . }}
  replacement: ""
{{- end }}
{{- end }}
