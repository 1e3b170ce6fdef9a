{{/*
The alert rules with this release's thresholds. In files/rules.yaml a number or a time before `# NAME` is a threshold.
*/}}
{{- define "monitoring.rules" -}}
{{- $rules := .Files.Get "files/rules.yaml" -}}
{{- with .Values.monitoring.rules -}}
{{- range $name, $value := .thresholds -}}
{{- $mark := printf "# %s" $name -}}
{{- if not (regexMatch (printf "(?m)%s$" $mark) $rules) -}}
{{- fail (printf "monitoring.rules.thresholds.%s: there is no such threshold; their names are in files/rules.yaml" $name) -}}
{{- end -}}
{{- $rules = regexReplaceAll (printf "(?m)\\S+ %s$" $mark) $rules (printf "%v %s" $value $mark) -}}
{{- end -}}
{{- with .runbookBaseURL -}}
{{- $rules = $rules | replace "runbook: docs/runbooks/" (printf "runbook_url: %s/" (trimSuffix "/" .)) -}}
{{- end -}}
{{- end -}}
{{- $rules -}}
{{- end -}}
